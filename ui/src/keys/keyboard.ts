import { flushSync } from 'svelte';
import type { GunFault } from './keys';
import { type Answer, KeyReader, type Outcome } from './keys';
import type { Field, Stroke } from './stroke';

/** Who is told what the keyboard said. */
export interface Listener {
  /** A person pressed a key; `true` if it meant something. */
  shortcut(stroke: Stroke): boolean;
  /** A gun typed a code. */
  code(text: string): void;
  /** A gun typed something that cannot be trusted. */
  fault(why: GunFault): void;
  /** Somebody is about to paste and no field is there to take it: open one and put the focus there. */
  makeRoomForPaste(): void;
}

type TextField = HTMLInputElement | HTMLTextAreaElement;

/** Reads the window's keyboard until the returned function is called. */
export function listenToKeyboard(listener: Listener): () => void {
  const reader = new KeyReader();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let remembered: { field: TextField; value: string; start: number; end: number } | null = null;
  const swallowed = new Set<string>();

  const perform = (outcome: Outcome): boolean => {
    switch (outcome.kind) {
      case 'shortcut':
        return listener.shortcut(outcome.stroke);
      case 'code':
        listener.code(outcome.text);
        return true;
      case 'refused':
        listener.fault(outcome.why);
        return true;
      case 'remember':
        remembered = remember();
        return false;
      case 'restore':
        restore(remembered);
        return true;
      case 'insert':
        insert(outcome.text);
        return true;
    }
  };

  const follow = (answer: Answer): boolean => {
    const acted = answer.outcomes.map(perform).at(-1) ?? false;
    clearTimeout(timer);
    if (answer.wake !== null) {
      const wait = Math.max(0, answer.wake - performance.now());
      timer = setTimeout(() => follow(reader.elapse(performance.now())), wait);
    }
    return acted;
  };

  const down = (event: KeyboardEvent) => {
    const stroke = strokeOf(event);
    if (stroke.command && stroke.code === 'KeyV' && stroke.field === 'none') {
      // The browser pastes into whatever has the focus once this event is over.
      flushSync(() => listener.makeRoomForPaste());
      return;
    }
    const answer = reader.press(stroke, performance.now());
    const acted = follow(answer);
    if (answer.swallow || acted) {
      event.preventDefault();
      event.stopPropagation();
      swallowed.add(event.code);
    }
  };
  const up = (event: KeyboardEvent) => {
    reader.release(event.code || event.key);
    // A button that has the focus is pressed when Space comes up.
    if (swallowed.delete(event.code)) event.preventDefault();
  };
  const forget = () => reader.forget();

  window.addEventListener('keydown', down, { capture: true });
  window.addEventListener('keyup', up, { capture: true });
  window.addEventListener('blur', forget);
  return () => {
    clearTimeout(timer);
    window.removeEventListener('keydown', down, { capture: true });
    window.removeEventListener('keyup', up, { capture: true });
    window.removeEventListener('blur', forget);
  };
}

function strokeOf(event: KeyboardEvent): Stroke {
  return {
    code: event.code,
    key: event.key,
    shift: event.shiftKey,
    command: event.ctrlKey || event.altKey || event.metaKey,
    capsLock: event.getModifierState('CapsLock'),
    repeat: event.repeat,
    composing: event.isComposing || event.keyCode === 229,
    field: fieldOf(document.activeElement),
    // The time of the event, not of its handling: a busy window hears the keys of a gun late and in bunches.
    at: event.timeStamp,
  };
}

function textFieldOf(element: Element | null): TextField | null {
  if (element instanceof HTMLTextAreaElement) return element;
  return element instanceof HTMLInputElement && ['text', 'password'].includes(element.type) ? element : null;
}

function fieldOf(element: Element | null): Field {
  const field = textFieldOf(element);
  if (!field) return 'none';
  return field.dataset.field === 'hand' ? 'hand' : 'text';
}

function remember() {
  const field = textFieldOf(document.activeElement);
  if (!field) return null;
  const { value } = field;
  return { field, value, start: field.selectionStart ?? value.length, end: field.selectionEnd ?? value.length };
}

function restore(remembered: ReturnType<typeof remember>): void {
  if (!remembered) return;
  const { field, value, start, end } = remembered;
  // Leaving and coming back drops what an input method is still composing.
  field.blur();
  field.value = value;
  field.focus();
  field.setSelectionRange(start, end);
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

function insert(text: string): void {
  const field = textFieldOf(document.activeElement);
  if (!field) return;
  field.setRangeText(text, field.selectionStart ?? 0, field.selectionEnd ?? 0, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
}
