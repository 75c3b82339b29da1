import { nameOf, type Stroke } from './stroke';

/** Everything that a key can ask for while no dialog is open. */
export type Command =
  | 'shoot'
  | 'accept'
  | 'again'
  | 'cancel'
  | 'confirm_repeat'
  | 'resume'
  | 'retry'
  | 'open_fresh'
  | 'use_demo'
  | 'queue_next'
  | 'queue_recall'
  | 'queue_pass'
  | 'plate'
  | 'strip_older'
  | 'strip_newer'
  | 'strip_open'
  | 'strip_leave'
  | 'dialog_help'
  | 'dialog_camera'
  | 'dialog_settings'
  | 'dialog_hand'
  | 'dialog_hall'
  /** The key is kept from the browser and nothing happens. */
  | 'nothing';

/** What decides the meaning of a key. */
export interface Situation {
  phase: 'idle' | 'interrupted' | 'ask_repeat' | 'armed' | 'developing' | 'reviewing';
  /** A trouble covers the window. */
  trouble: boolean;
  /** The trouble offers a fresh database. */
  offerFresh: boolean;
  /** No camera was chosen yet, and the panel that says so is shown. */
  noCamera: boolean;
  /** A portrait of the strip is marked. */
  stripMarked: boolean;
  /** Numbers come from a desk, and this booth calls them. */
  desk?: boolean;
  /** This booth has called somebody. */
  called?: boolean;
}

const DIALOGS: Record<string, Command> = {
  F1: 'dialog_help',
  '?': 'dialog_help',
  F2: 'dialog_camera',
  F3: 'dialog_settings',
  F4: 'dialog_hand',
  F10: 'dialog_hall',
};

/** Keys with which a browser would reload the window or leave it, in the middle of somebody's sitting. */
const BROWSER_KEYS = new Set(['F5', 'F6', 'F7', 'F8', 'F9', 'F10', 'F12', 'BrowserBack', 'BrowserForward', 'BrowserRefresh']);

/** Shoots the empty seat; nowhere near a key that a student waits for. */
const PLATE = 'F9';

/** Foot pedals are keyboards with one key. */
const SHUTTER = new Set([' ', 'PageDown']);

/** What a key asks for; `null` if it is none of ours. */
export function commandFor(stroke: Stroke, now: Situation): Command | null {
  const name = nameOf(stroke);
  if (stroke.command) return commandOfCombination(stroke);
  if (now.trouble) return commandInTrouble(name, now);
  const dialog = DIALOGS[name];
  if (dialog) return dialog;
  if (name === PLATE && now.phase === 'idle' && !now.noCamera) return 'plate';
  if (BROWSER_KEYS.has(name)) return 'nothing';
  if (SHUTTER.has(name)) return now.phase === 'developing' ? 'nothing' : 'shoot';
  switch (now.phase) {
    case 'idle':
      if (now.noCamera && (name === 'Enter' || name === 'd')) return 'use_demo';
      return commandOnStrip(name, now) ?? commandOfQueue(name, now);
    case 'armed':
      return commandOnStrip(name, now) ?? (name === 'Escape' ? 'cancel' : commandOfQueue(name, now));
    case 'developing':
      return null;
    case 'reviewing':
      return ({ Enter: 'accept', r: 'again', Escape: 'cancel' } as const)[name] ?? null;
    case 'ask_repeat':
      return ({ Enter: 'confirm_repeat', y: 'confirm_repeat', Escape: 'cancel', n: 'cancel' } as const)[name] ?? null;
    case 'interrupted':
      return ({ Enter: 'resume', Escape: 'cancel' } as const)[name] ?? null;
  }
}

function commandOfCombination(stroke: Stroke): Command | null {
  // Reload, print, close, find and zoom have no place at the camera; copying and pasting have.
  return ['KeyR', 'KeyP', 'KeyW', 'KeyF', 'KeyG', 'KeyS', 'KeyU'].includes(stroke.code) ? 'nothing' : null;
}

function commandInTrouble(name: string, now: Situation): Command | null {
  if (name === 'Enter' || name === 'r') return 'retry';
  if (name === 'n' && now.offerFresh) return 'open_fresh';
  return BROWSER_KEYS.has(name) ? 'nothing' : null;
}

/** While nobody sits, the photographer calls; a second N by a slip must not call a second person. */
function commandOfQueue(name: string, { desk, called, phase }: Situation): Command | null {
  if (!desk) return null;
  if (name === 'n') return phase === 'idle' && !called ? 'queue_next' : null;
  if (!called) return null;
  return ({ g: 'queue_recall', p: 'queue_pass' } as const)[name] ?? null;
}

function commandOnStrip(name: string, now: Situation): Command | null {
  if (name === 'ArrowLeft') return 'strip_newer';
  if (name === 'ArrowRight') return 'strip_older';
  if (!now.stripMarked) return null;
  return ({ Enter: 'strip_open', Escape: 'strip_leave' } as const)[name] ?? null;
}
