import { expect, it } from 'vitest';
import { commandFor, type Situation } from './commands';
import type { Stroke } from './stroke';

const calm: Situation = { phase: 'idle', trouble: false, offerFresh: false, noCamera: false, stripMarked: false };

function ask(key: string, now: Partial<Situation>, change: Partial<Stroke> = {}) {
  const stroke: Stroke = {
    code: key, key, shift: false, command: false, capsLock: false,
    repeat: false, composing: false, field: 'none', at: 0, ...change,
  };
  return commandFor(stroke, { ...calm, ...now });
}

it('the shutter is Space or a pedal', () => {
  for (const key of [' ', 'PageDown']) expect(ask(key, { phase: 'armed' })).toBe('shoot');
});

it('the shutter is asked for in every phase, so that the station says why not', () => {
  expect(ask(' ', { phase: 'idle' })).toBe('shoot');
  expect(ask(' ', { phase: 'reviewing' })).toBe('shoot');
  expect(ask(' ', { phase: 'developing' })).toBe('nothing');
});

it('Enter means what the phase asks for', () => {
  expect(ask('Enter', { phase: 'idle' })).toBeNull();
  expect(ask('Enter', { phase: 'armed' })).toBeNull();
  expect(ask('Enter', { phase: 'reviewing' })).toBe('accept');
  expect(ask('Enter', { phase: 'ask_repeat' })).toBe('confirm_repeat');
  expect(ask('Enter', { phase: 'interrupted' })).toBe('resume');
  expect(ask('Enter', { noCamera: true })).toBe('use_demo');
  expect(ask('Enter', { trouble: true, phase: 'reviewing' })).toBe('retry');
});

it('shortcuts work with an input method and with caps lock', () => {
  expect(ask('Process', { phase: 'reviewing' }, { code: 'KeyR', composing: true })).toBe('again');
  expect(ask('R', { phase: 'reviewing' }, { capsLock: true })).toBe('again');
  expect(ask('Process', { phase: 'armed' }, { code: 'Space', composing: true })).toBe('shoot');
});

it('a marked portrait takes Enter and Esc, but only where no question is open', () => {
  expect(ask('Enter', { stripMarked: true })).toBe('strip_open');
  expect(ask('Escape', { phase: 'armed', stripMarked: true })).toBe('strip_leave');
  expect(ask('Escape', { phase: 'armed' })).toBe('cancel');
  expect(ask('Enter', { phase: 'reviewing', stripMarked: true })).toBe('accept');
  expect(ask('ArrowLeft', { phase: 'reviewing' })).toBeNull();
});

it('the browser never reloads a sitting away', () => {
  expect(ask('F5', { phase: 'armed' })).toBe('nothing');
  expect(ask('r', { phase: 'reviewing' }, { code: 'KeyR', command: true })).toBe('nothing');
});

it('the empty seat is shot while nobody sits', () => {
  expect(ask('F9', {})).toBe('plate');
  expect(ask('F9', { noCamera: true })).toBe('nothing');
  for (const phase of ['armed', 'developing', 'reviewing', 'ask_repeat', 'interrupted'] as const) {
    expect(ask('F9', { phase })).toBe('nothing');
  }
});

it('a fresh database is made only where it is offered', () => {
  expect(ask('n', { trouble: true })).toBeNull();
  expect(ask('n', { trouble: true, offerFresh: true })).toBe('open_fresh');
});

it('a booth that calls numbers has keys for it, and calls one person at a time', () => {
  expect(ask('n', { desk: true })).toBe('queue_next');
  expect(ask('n', { desk: true, called: true })).toBeNull();
  expect(ask('g', { desk: true, called: true })).toBe('queue_recall');
  expect(ask('p', { desk: true, called: true, phase: 'armed' })).toBe('queue_pass');
  expect(ask('p', { desk: true })).toBeNull();
  expect(ask('n', {})).toBeNull();
  expect(ask('p', { desk: true, called: true, phase: 'reviewing' })).toBeNull();
});
