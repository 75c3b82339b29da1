import { expect, it } from 'vitest';
import type { BoardCall, BoardView } from '../api';
import type { Backend } from '../backend/backend';
import { findSpeaker, localVoice, newCalls, speak } from './voice';

const call = (number: number, change: Partial<BoardCall> = {}): BoardCall => ({
  number, booth: '1', masked_name: null, calls: 1, seated: false, since: 0, ...change,
});
const board = (...called: BoardCall[]): BoardView => ({ school: '', place: '', called, next: [], waiting: 0, passed: [] });
const voice = (lang: string, localService = true) => ({ lang, localService, name: lang }) as SpeechSynthesisVoice;

it('a call, another booth and a recall are news; a seat, a pass and the first board are not', () => {
  const before = board(call(1), call(2));
  const numbers = (now: BoardView) => newCalls(before, now).map((one) => one.number);
  expect(newCalls(null, before)).toEqual([]);
  expect(numbers(before)).toEqual([]);
  expect(numbers(board(call(1), call(2), call(3)))).toEqual([3]);
  expect(numbers(board(call(1, { calls: 2 }), call(2)))).toEqual([1]);
  expect(numbers(board(call(1, { booth: '2' }), call(2)))).toEqual([1]);
  expect(numbers(board(call(1, { seated: true })))).toEqual([]);
});

it('only a voice that needs no network speaks, and Mandarin first', () => {
  expect(localVoice([voice('zh-CN', false), voice('en-US')], 'zh')).toBeNull();
  expect(localVoice([voice('zh-HK'), voice('zh-CN')], 'zh')?.lang).toBe('zh-CN');
  expect(localVoice([voice('zh_CN')], 'zh')?.lang).toBe('zh_CN');
  expect(localVoice([voice('zh-TW')], 'zh')?.lang).toBe('zh-TW');
});

it('without a voice in the webview a program of the machine speaks, or nobody does and that is known', async () => {
  const asked: [string, unknown][] = [];
  const backend = (program: string | null) =>
    ({ call: (name: string, request: unknown) => (asked.push([name, request]), Promise.resolve({ program })) }) as unknown as Backend;
  expect(await findSpeaker(backend(null), 'zh')).toEqual({ kind: 'none' });
  const speaker = await findSpeaker(backend('espeak-ng'), 'zh');
  expect(speaker).toEqual({ kind: 'program', name: 'espeak-ng' });
  speak(speaker, backend('espeak-ng'), 'zh', call(128, { booth: '3' }));
  expect(asked.at(-1)).toEqual(['voice.say', { number: 128, booth: '3', language: 'zh' }]);
});
