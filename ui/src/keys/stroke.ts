import { usCharacter } from './layout';

/** Where the focus was when a key went down. */
export type Field =
  /** Nowhere that takes text. */
  | 'none'
  /** In a text field. */
  | 'text'
  /** In the field for typing a code by hand, the one place where a gun without an Enter is welcome. */
  | 'hand';

/** One key going down, with all that is needed to judge it and nothing of the browser. */
export interface Stroke {
  /** Physical key. */
  code: string;
  /** What the layout and the input method made of it. */
  key: string;
  shift: boolean;
  /** Control, Alt or Meta is held. */
  command: boolean;
  capsLock: boolean;
  /** The keyboard repeats it because it is held down. */
  repeat: boolean;
  /** An input method has taken it. */
  composing: boolean;
  field: Field;
  /** When, in milliseconds of any steady clock. */
  at: number;
}

const MODIFIERS = new Set(['Shift', 'Control', 'Alt', 'AltGraph', 'Meta', 'CapsLock', 'NumLock', 'Fn', 'OS']);

/** Whether the key only changes what other keys mean. */
export function isModifier(stroke: Stroke): boolean {
  return MODIFIERS.has(stroke.key) || /^(Shift|Control|Alt|Meta|OS)(Left|Right)$|^CapsLock$/.test(stroke.code);
}

/** The character that was typed; the physical key decides where the browser only says that an input method took it. */
export function characterOf(stroke: Stroke): string | null {
  if (stroke.command) return null;
  if (!stroke.composing && /^[\x20-\x7e]$/.test(stroke.key)) return stroke.key;
  const unsaid = stroke.composing || ['Process', 'Unidentified', 'Dead'].includes(stroke.key);
  // A full-width comma, too, is a key that the input method has changed. Text without a key behind it is not ours.
  return unsaid || [...stroke.key].length === 1 ? usCharacter(stroke.code, stroke.shift) : null;
}

/** The name of the key for shortcuts: the character in lower case, or the name of a key that types nothing. */
export function nameOf(stroke: Stroke): string {
  const character = characterOf(stroke);
  if (character !== null) return character.toLowerCase();
  const named = stroke.composing || stroke.key === 'Process' || stroke.key === 'Unidentified';
  const name = named ? stroke.code : stroke.key;
  return name === 'NumpadEnter' ? 'Enter' : name;
}

/** Whether guns end a code with this key: Enter, Tab, or carriage return and line feed as control characters. */
export function endsCode(stroke: Stroke): boolean {
  const name = nameOf(stroke);
  if (stroke.command) return stroke.code === 'KeyJ' || stroke.code === 'KeyM';
  return name === 'Enter' || name === 'Tab';
}
