import { characterOf, endsCode, type Field, isModifier, nameOf, type Stroke } from './stroke';

/**
 * Tells a barcode gun from a person. A gun types a whole code within a few milliseconds a key and ends it with Enter,
 * wherever the focus is; a person types shortcuts, one at a time. Pure: strokes and the time go in, what to do comes out.
 */
export type Outcome =
  /** A person pressed this key. */
  | { kind: 'shortcut'; stroke: Stroke }
  /** A gun typed this code. */
  | { kind: 'code'; text: string }
  /** A gun typed, but what arrived cannot be trusted. */
  | { kind: 'refused'; why: GunFault }
  /** Remember what the text field holds: the key that comes now may be a gun's. */
  | { kind: 'remember' }
  /** Put back what the text field held. */
  | { kind: 'restore' }
  /** It was a person after all: put these characters into the text field. */
  | { kind: 'insert'; text: string };

/** Why a code from a gun is not taken. A wrong code is one person's face under another's name. */
export type GunFault =
  /** Caps lock turns the case of every letter round. */
  | 'caps_lock'
  /** Control characters or Alt codes: what they stand for is lost in the browser. */
  | 'control_keys'
  /** No Enter at the end: nobody knows whether the code is whole. */
  | 'no_enter'
  /** There was a pause in the middle: the beginning may be missing. */
  | 'broken';

/** What follows from a stroke or from time passing. */
export interface Answer {
  outcomes: Outcome[];
  /** The browser must not act on the key. */
  swallow: boolean;
  /** When to call {@link KeyReader.elapse}, if nothing else happens. */
  wake: number | null;
}

/** Slowest gun and fastest person: guns stay below 20 ms even over Bluetooth, rolling fingers need 40 and more. */
export const GUN_GAP_MS = 35;
/** So long a printable key waits to see whether more follow; a tenth of what a person notices at the shutter. */
export const HOLD_MS = 45;
/** Fewer characters are never a code. */
export const GUN_LEAST = 4;
/** Once it is surely a gun, a busy computer may deliver its keys in bunches. */
export const GUN_PATIENCE_MS = 120;
/** A timer this late means that the computer was busy, and keys may still be waiting behind it. */
const LATE_MS = 6;
/** How long they get to arrive, and how often. */
const GRACE_MS = 25;
const MOST_GRACES = 4;
/** Guns that end with CR and LF send a second Enter; it must not accept a picture. */
const QUIET_MS = 250;
/** Characters so soon before a burst may have been its beginning. */
const BROKEN_MS = 300;
/** A burst without Enter that is longer than this was no person, not even under a test program. */
const SURELY_GUN = 16;
/** A key that went down this long ago without coming up has lost its release somewhere. */
const HELD_MS = 1000;

interface Burst {
  strokes: { stroke: Stroke; character: string; held: boolean }[];
  field: Field;
  tainted: boolean;
  /** By the clock of the keyboard, which no busy computer can stretch: this is what tells a gun. */
  startedAt: number;
  lastAt: number;
  /** By the clock of the window: this is what is waited by. */
  heardAt: number;
  graces: number;
  /** Last character before it. */
  after: number;
}

export class KeyReader {
  #burst: Burst | null = null;
  /** The last burst that was taken for finished. */
  #settled: Burst | null = null;
  #held = new Map<string, number>();
  #quietUntil = -Infinity;
  #lastCharacterAt = -Infinity;

  /** A key went down, and is heard `now` by the clock of {@link KeyReader.elapse}. */
  press(stroke: Stroke, now = stroke.at): Answer {
    const held = this.#isHeld(stroke);
    this.#held.set(stroke.code || stroke.key, stroke.at);
    if (isModifier(stroke)) {
      this.#touch(stroke, now);
      return this.#answer([], false);
    }
    const outcomes = this.#burst && stroke.at - this.#burst.lastAt > this.#patience() ? this.#settle() : [];
    const character = characterOf(stroke);
    const ends = endsCode(stroke);
    if (!this.#burst && (ends || character !== null)) this.#revive(stroke, ends, outcomes);
    if (ends) return this.#end(stroke, held, outcomes);
    if (character !== null) return this.#type(stroke, now, character, held, outcomes);
    return this.#other(stroke, now, held, outcomes);
  }

  /** A key came up. */
  release(code: string): void {
    this.#held.delete(code);
  }

  /** The window lost the focus: releases will not be heard. */
  forget(): void {
    this.#held.clear();
  }

  /** Time has passed. */
  elapse(now: number): Answer {
    const burst = this.#burst;
    if (!burst) return this.#answer([], false);
    const due = this.#due(burst);
    if (now < due) return this.#answer([], false);
    if (now - due > LATE_MS && burst.graces < MOST_GRACES) {
      burst.graces++;
      burst.heardAt = now - (due - burst.heardAt) + GRACE_MS;
      return this.#answer([], false);
    }
    return this.#answer(this.#settle(), false);
  }

  #type(stroke: Stroke, now: number, character: string, held: boolean, outcomes: Outcome[]): Answer {
    const inField = stroke.field !== 'none';
    // A gun never holds a key down; a person who does means it once (or is typing text).
    if (stroke.repeat) return this.#answer(outcomes, !inField);
    if (!this.#burst) {
      const { at, field } = stroke;
      const after = this.#lastCharacterAt;
      this.#burst = { strokes: [], field, tainted: false, startedAt: at, lastAt: at, heardAt: now, graces: 0, after };
      if (inField) outcomes.push({ kind: 'remember' });
    }
    const burst = this.#burst;
    burst.strokes.push({ stroke, character, held });
    this.#touch(stroke, now);
    if (!inField) return this.#answer(outcomes, true);
    if (burst.strokes.length === GUN_LEAST) outcomes.push({ kind: 'restore' });
    return this.#answer(outcomes, burst.strokes.length >= GUN_LEAST);
  }

  #end(stroke: Stroke, held: boolean, outcomes: Outcome[]): Answer {
    const burst = this.#burst;
    if (burst && burst.strokes.length >= GUN_LEAST && !isOneHeldKey(burst)) {
      this.#burst = null;
      this.#quietUntil = stroke.at + QUIET_MS;
      const fault = this.#faultOf(burst);
      this.#lastCharacterAt = -Infinity;
      const text = burst.strokes.map((s) => s.character).join('');
      outcomes.push(fault ? { kind: 'refused', why: fault } : { kind: 'code', text });
      return this.#answer(outcomes, true);
    }
    outcomes.push(...this.#settle());
    if (stroke.at < this.#quietUntil) return this.#answer(outcomes, true);
    const isTab = nameOf(stroke) === 'Tab';
    if (!stroke.command && !stroke.repeat && !held) outcomes.push({ kind: 'shortcut', stroke });
    return this.#answer(outcomes, !stroke.command && !isTab);
  }

  #other(stroke: Stroke, now: number, held: boolean, outcomes: Outcome[]): Answer {
    if (this.#burst && this.#burst.strokes.length >= 2) {
      this.#burst.tainted = true;
      this.#touch(stroke, now);
      return this.#answer(outcomes, true);
    }
    outcomes.push(...this.#settle());
    if (!stroke.repeat && !held) outcomes.push({ kind: 'shortcut', stroke });
    return this.#answer(outcomes, false);
  }

  /** What a burst was that nothing follows any more. */
  #settle(): Outcome[] {
    const burst = this.#burst;
    if (!burst) return [];
    this.#burst = null;
    this.#settled = burst;
    this.#lastCharacterAt = burst.lastAt;
    const { strokes, field, tainted } = burst;
    const first = strokes[0];
    if (field !== 'none') {
      if (strokes.length < GUN_LEAST) return [];
      if (field === 'hand' || strokes.length < SURELY_GUN) {
        return tainted ? [] : [{ kind: 'insert', text: strokes.map((s) => s.character).join('') }];
      }
    } else if (first && (strokes.length === 1 || isOneHeldKey(burst))) {
      return first.held || tainted ? [] : [{ kind: 'shortcut', stroke: first.stroke }];
    } else if (strokes.length < GUN_LEAST) {
      // Two keys at once: whichever was meant, doing nothing harms nobody.
      return [];
    }
    this.#quietUntil = burst.lastAt + QUIET_MS + GUN_PATIENCE_MS;
    return [{ kind: 'refused', why: 'no_enter' }];
  }

  /**
   * Keys can be heard long after they were typed. By the keyboard's own clock the burst that was taken for finished
   * goes on: a shortcut of its first key cannot be undone, but the code is whole.
   */
  #revive(stroke: Stroke, ends: boolean, outcomes: Outcome[]): void {
    const burst = this.#settled;
    this.#settled = null;
    if (!burst || stroke.repeat || isOneHeldKey(burst, stroke)) return;
    const surely = burst.strokes.length >= GUN_LEAST;
    const patience = surely ? GUN_PATIENCE_MS : GUN_GAP_MS;
    if (ends && !surely) return;
    if (stroke.at - burst.lastAt > patience) return;
    this.#burst = burst;
    this.#lastCharacterAt = burst.after;
    if (burst.field !== 'none' && surely) outcomes.push({ kind: 'restore' });
  }

  #touch(stroke: Stroke, now: number): void {
    if (!this.#burst) return;
    this.#burst.lastAt = stroke.at;
    this.#burst.heardAt = now;
    this.#burst.graces = 0;
  }

  #faultOf(burst: Burst): GunFault | null {
    if (burst.tainted) return 'control_keys';
    if (burst.startedAt - burst.after < BROKEN_MS) return 'broken';
    const turned = burst.strokes.some((s) => s.stroke.capsLock && /[a-z]/i.test(s.character));
    return turned ? 'caps_lock' : null;
  }

  /** Some systems do not mark repeats: then a key that never came up tells. */
  #isHeld(stroke: Stroke): boolean {
    const since = this.#held.get(stroke.code || stroke.key);
    return since !== undefined && stroke.at - since < HELD_MS;
  }

  #patience(): number {
    return this.#burst && this.#burst.strokes.length >= GUN_LEAST ? GUN_PATIENCE_MS : GUN_GAP_MS;
  }

  #due(burst: Burst): number {
    return burst.heardAt + (burst.strokes.length >= GUN_LEAST ? GUN_PATIENCE_MS : HOLD_MS);
  }

  #answer(outcomes: Outcome[], swallow: boolean): Answer {
    return { outcomes, swallow, wake: this.#burst ? this.#due(this.#burst) : null };
  }
}

function isOneHeldKey({ strokes }: Burst, next?: Stroke): boolean {
  const code = strokes[0]?.stroke.code;
  const same = strokes.slice(1).every((s) => s.held && s.stroke.code === code);
  return same && (next === undefined || next.code === code);
}
