import { expect, it, vi } from 'vitest';
import type { Stroke } from '../keys/stroke';
import { toasts } from '../state/toasts.svelte';
import { type Action, pressed } from './actions';

const stroke = (key: string, change: Partial<Stroke> = {}): Stroke => ({
  code: key === ' ' ? 'Space' : key.length === 1 ? `Key${key.toUpperCase()}` : key,
  key, shift: false, command: false, capsLock: false, repeat: false, composing: false, field: 'none', at: 0, ...change,
});

function action(key: string, why: Action['why'] = null): Action & { press: ReturnType<typeof vi.fn<() => void>> } {
  return { key, label: key, testid: `do-${key}`, why, press: vi.fn<() => void>() };
}

it('a key does what its button does', () => {
  const [go, back, tick] = [action('G'), action('Enter'), action(' ')];
  for (const key of ['g', 'Enter', ' ']) expect(pressed([go, back, tick], stroke(key))).toBe(true);
  for (const one of [go, back, tick]) expect(one.press).toHaveBeenCalledOnce();
  expect(pressed([go], stroke('x'))).toBe(false);
});

it('what cannot be done is said and not done', () => {
  const go = action('G', '先选文件夹');
  expect(pressed([go], stroke('g'))).toBe(true);
  expect(go.press).not.toHaveBeenCalled();
  expect(toasts.list.at(0)).toMatchObject({ level: 'warn', code: 'why_do-G', text: { zh: '先选文件夹' } });
});

it('nothing is done while a text is typed or a key is held with it', () => {
  const go = action('G');
  expect(pressed([go], stroke('g', { field: 'text' }))).toBe(false);
  expect(pressed([go], stroke('g', { command: true }))).toBe(false);
  expect(go.press).not.toHaveBeenCalled();
});
