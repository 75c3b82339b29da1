import { describe, expect, it } from 'vitest';
import { KeyReader, type Outcome } from './keys';
import type { Stroke } from './stroke';

const CODES: Record<string, string> = { ' ': 'Space', Enter: 'Enter', Tab: 'Tab', Escape: 'Escape', '-': 'Minus' };

function stroke(key: string, at: number, change: Partial<Stroke> = {}): Stroke {
  const code =
    CODES[key] ?? (/^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : /^\d$/.test(key) ? `Digit${key}` : key);
  const plain = { shift: /^[A-Z]$/.test(key), command: false, capsLock: false, repeat: false, composing: false };
  return { ...plain, code, key, field: 'none', at, ...change };
}

/** A reader with a clock of its own. */
class Desk {
  reader = new KeyReader();
  now = 1000;
  heard: Outcome[] = [];
  swallowed: boolean[] = [];

  press(key: string, change: Partial<Stroke> = {}, gap = 0): void {
    this.now += gap;
    const pressed = stroke(key, this.now, change);
    const answer = this.reader.press(pressed);
    this.heard.push(...answer.outcomes);
    this.swallowed.push(answer.swallow);
    if (!pressed.repeat) this.reader.release(pressed.code);
  }

  gun(text: string, end = 'Enter', change: Partial<Stroke> = {}, gap = 8): void {
    for (const key of text) this.press(key, change, gap);
    if (end) this.press(end, { ...change, composing: false }, gap);
  }

  wait(ms: number): void {
    for (const end = this.now + ms; this.now < end; this.now++) {
      this.heard.push(...this.reader.elapse(this.now + 1).outcomes);
    }
  }

  get said(): string[] {
    return this.heard.map((o) => {
      if (o.kind === 'shortcut') return `shortcut ${o.stroke.key}`;
      if (o.kind === 'code' || o.kind === 'insert') return `${o.kind} ${o.text}`;
      return o.kind === 'refused' ? `refused ${o.why}` : o.kind;
    });
  }
}

describe('a person', () => {
  it('gets a shortcut once nothing has followed for 45 ms', () => {
    const desk = new Desk();
    desk.press(' ');
    desk.wait(44);
    expect(desk.said).toEqual([]);
    desk.wait(1);
    expect(desk.said).toEqual(['shortcut  ']);
    expect(desk.swallowed).toEqual([true]);
  });

  it('never waits for keys that type nothing', () => {
    const desk = new Desk();
    for (const key of ['Enter', 'Escape', 'F2', 'PageDown']) desk.press(key, {}, 100);
    expect(desk.said).toEqual(['shortcut Enter', 'shortcut Escape', 'shortcut F2', 'shortcut PageDown']);
  });

  it('gets both of two quick keys when the second is Enter', () => {
    const desk = new Desk();
    desk.press('3');
    desk.press('Enter', {}, 20);
    expect(desk.said).toEqual(['shortcut 3', 'shortcut Enter']);
  });

  it('gets two shortcuts from two keys at a human pace', () => {
    const desk = new Desk();
    desk.press('r');
    desk.press(' ', {}, 40);
    desk.wait(45);
    expect(desk.said).toEqual(['shortcut r', 'shortcut  ']);
  });

  it('shoots once, however long Space is held', () => {
    const desk = new Desk();
    desk.press(' ', { repeat: false });
    for (let i = 0; i < 20; i++) desk.press(' ', { repeat: true }, 30);
    desk.wait(500);
    expect(desk.said).toEqual(['shortcut  ']);
  });

  it('shoots once where the system does not mark repeats', () => {
    const desk = new Desk();
    for (let i = 0; i < 30; i++) desk.heard.push(...desk.reader.press(stroke(' ', (desk.now += 30))).outcomes);
    desk.wait(500);
    for (let i = 0; i < 5; i++) {
      desk.heard.push(...desk.reader.press(stroke(' ', (desk.now += 60))).outcomes);
      desk.wait(50);
    }
    expect(desk.said).toEqual(['shortcut  ']);
  });

  it('accepts once, however long Enter is held', () => {
    const desk = new Desk();
    desk.heard.push(...desk.reader.press(stroke('Enter', 1000)).outcomes);
    desk.heard.push(...desk.reader.press(stroke('Enter', 1400)).outcomes);
    expect(desk.said).toEqual(['shortcut Enter']);
  });

  it('can press a key again whose release was lost long ago', () => {
    const desk = new Desk();
    desk.heard.push(...desk.reader.press(stroke('Enter', 1000)).outcomes);
    desk.heard.push(...desk.reader.press(stroke('Enter', 9000)).outcomes);
    expect(desk.said).toEqual(['shortcut Enter', 'shortcut Enter']);
  });

  it('does nothing with two keys at the same moment', () => {
    const desk = new Desk();
    desk.press('r');
    desk.press(' ', {}, 10);
    desk.wait(100);
    expect(desk.said).toEqual([]);
  });

  it('types into a field untouched, keys of a shortcut included', () => {
    const desk = new Desk();
    for (const key of 'r 1?') desk.press(key, { field: 'text' }, 90);
    desk.wait(200);
    expect(desk.said).toEqual(Array(4).fill('remember'));
    expect(desk.swallowed).toEqual([false, false, false, false]);
  });
});

describe('a barcode gun', () => {
  it('types a code that holds shortcuts and spaces, and none of them happens', () => {
    const desk = new Desk();
    desk.gun('r 1 Rr-?');
    desk.wait(500);
    expect(desk.said).toEqual(['code r 1 Rr-?']);
    expect(desk.swallowed.every(Boolean)).toBe(true);
  });

  it('may end with Tab, with a line feed, or with the Enter of the number block', () => {
    for (const end of [
      { key: 'Tab', code: 'Tab' },
      { key: 'j', code: 'KeyJ', command: true },
      { key: 'Enter', code: 'NumpadEnter' },
    ]) {
      const desk = new Desk();
      desk.gun('ABC123', '');
      desk.press(end.key, end, 8);
      expect(desk.said).toEqual(['code ABC123']);
      expect(desk.swallowed.at(-1)).toBe(true);
    }
  });

  it('that ends with CR and LF accepts no picture by its second Enter', () => {
    const desk = new Desk();
    desk.gun('ABC123');
    desk.press('Enter', {}, 8);
    desk.press('j', { command: true }, 8);
    expect(desk.said).toEqual(['code ABC123']);
    desk.press('Enter', {}, 400);
    expect(desk.said).toEqual(['code ABC123', 'shortcut Enter']);
  });

  it('is read although an input method takes every key', () => {
    const desk = new Desk();
    for (const key of 'Qr7-') desk.press(key, { key: 'Process', code: stroke(key, 0).code, composing: true, shift: key === 'Q' }, 8);
    desk.press('Process', { code: 'Enter', composing: true }, 8);
    expect(desk.said).toEqual(['code Qr7-']);
  });

  it('is read although the input method types full-width signs', () => {
    const desk = new Desk();
    desk.gun('ab', '');
    desk.press('，', { code: 'Comma' }, 8);
    desk.gun('c');
    expect(desk.said).toEqual(['code ab,c']);
  });

  it('is refused under caps lock, unless the code holds no letter', () => {
    const desk = new Desk();
    desk.gun('ABC123', 'Enter', { capsLock: true });
    expect(desk.said).toEqual(['refused caps_lock']);
    desk.now += 1000;
    desk.gun('4711', 'Enter', { capsLock: true });
    expect(desk.said.at(-1)).toBe('code 4711');
  });

  it('is refused when it sends control characters or Alt codes', () => {
    const desk = new Desk();
    desk.gun('ABC', '');
    desk.press(']', { code: 'BracketRight', command: true }, 8);
    desk.gun('123');
    expect(desk.said).toEqual(['refused control_keys']);
  });

  it('is refused when it does not end, and a late Enter accepts nothing', () => {
    const desk = new Desk();
    desk.gun('ABC123', '');
    desk.wait(200);
    desk.press('Enter', {}, 50);
    expect(desk.said).toEqual(['refused no_enter']);
  });

  it('is refused when it stumbled at the beginning: the rest is not the code', () => {
    const desk = new Desk();
    desk.press('A', {}, 0);
    desk.wait(60);
    desk.gun('BC123456');
    expect(desk.said).toEqual(['shortcut A', 'refused broken']);
  });

  it('may stumble in the middle on a busy computer', () => {
    const desk = new Desk();
    desk.gun('ABCDEF', '');
    desk.now += 100;
    desk.gun('123');
    expect(desk.said).toEqual(['code ABCDEF123']);
  });

  it('is awaited when the computer was too busy to hear the second key in time', () => {
    const desk = new Desk();
    desk.press('r');
    const late = desk.reader.elapse(desk.now + 90);
    expect(late.outcomes).toEqual([]);
    expect(late.wake).toBe(desk.now + 90 + 25);
    desk.gun('BC123');
    expect(desk.said).toEqual(['code rBC123']);
  });

  it('is whole although the window hears every key long after it was typed', () => {
    for (const field of ['none', 'text'] as const) {
      const reader = new KeyReader();
      const heard: Outcome[] = [];
      [...'RBC123', 'Enter'].forEach((key, i) => {
        const now = 1000 + i * 70;
        heard.push(...reader.elapse(now - 10).outcomes);
        heard.push(...reader.elapse(now - 9).outcomes);
        heard.push(...reader.press(stroke(key, 900 + i * 6, { field }), now).outcomes);
        reader.release(key);
      });
      expect(heard.at(-1)).toEqual({ kind: 'code', text: 'RBC123' });
    }
  });

  it('that was taken for a fast person leaves nothing in the field when its Enter is heard at last', () => {
    const desk = new Desk();
    desk.gun('ABC123', '', { field: 'text' });
    desk.heard.push(...desk.reader.elapse(desk.now + 121).outcomes);
    desk.heard.push(...desk.reader.press(stroke('Enter', desk.now + 8, { field: 'text' }), desk.now + 300).outcomes);
    expect(desk.said).toEqual(['remember', 'restore', 'insert ABC123', 'restore', 'code ABC123']);
  });

  it('holds Shift between letters', () => {
    const desk = new Desk();
    for (const key of 'aBcD') {
      if (key < 'a') desk.press('Shift', { code: 'ShiftLeft' }, 20);
      desk.press(key, {}, 20);
    }
    desk.press('Enter', {}, 20);
    expect(desk.said).toEqual(['code aBcD']);
  });

  it('types double letters', () => {
    const desk = new Desk();
    desk.gun('0011aa');
    expect(desk.said).toEqual(['code 0011aa']);
  });

  it('leaves nothing in a field that has the focus', () => {
    const desk = new Desk();
    desk.gun('ABC123', 'Enter', { field: 'text' });
    expect(desk.said).toEqual(['remember', 'restore', 'code ABC123']);
    expect(desk.swallowed).toEqual([false, false, false, true, true, true, true]);
  });

  it('in a field turns out to be a very fast person when no Enter follows', () => {
    const desk = new Desk();
    desk.gun('hello', '', { field: 'text' });
    desk.wait(200);
    expect(desk.said).toEqual(['remember', 'restore', 'insert hello']);
  });

  it('without Enter may type into the field for codes by hand, and into no other', () => {
    const long = 'A1'.repeat(20);
    const hand = new Desk();
    hand.gun(long, '', { field: 'hand' });
    hand.wait(200);
    expect(hand.said.at(-1)).toBe(`insert ${long}`);
    const name = new Desk();
    name.gun(long, '', { field: 'text' });
    name.wait(200);
    expect(name.said.at(-1)).toBe('refused no_enter');
  });

  it('typing fewer than four characters is nobody', () => {
    const desk = new Desk();
    desk.press('a');
    desk.press('b', {}, 8);
    desk.press('Enter', {}, 8);
    expect(desk.said).toEqual(['shortcut Enter']);
  });
});
