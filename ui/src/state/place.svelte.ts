import type { CodeSource } from '../api';
import { nameOf, type Stroke } from '../keys/stroke';

/** Where in the program the operator is. */
export type PlaceName = 'booth' | 'desk' | 'today' | 'hand';

/** The places in the order of their keys. */
export const PLACES: readonly { name: PlaceName; key: string }[] = [
  { name: 'booth', key: 'F5' },
  { name: 'desk', key: 'F6' },
  { name: 'today', key: 'F7' },
  { name: 'hand', key: 'F8' },
];

/** What a place does with the keyboard while it is open. */
export interface PlaceKeys {
  /** A person pressed a key; `true` if it meant something. */
  shortcut?(stroke: Stroke): boolean;
  /** A barcode gun typed a code, or a hand did. */
  code?(text: string, source: CodeSource): void;
}

class Place {
  now = $state<PlaceName>('booth');
  #keys: PlaceKeys = {};

  go(name: PlaceName): void {
    this.now = name;
  }

  /** Takes the keyboard for an open place until the returned function is called. */
  take(keys: PlaceKeys): () => void {
    this.#keys = keys;
    return () => {
      if (this.#keys === keys) this.#keys = {};
    };
  }

  /** Whether a key changed the place or meant something in it. */
  offer(stroke: Stroke): boolean {
    const wanted = PLACES.find(({ key }) => key === nameOf(stroke));
    if (wanted && !stroke.command) {
      this.go(wanted.name);
      return true;
    }
    return this.now !== 'booth' && (this.#keys.shortcut?.(stroke) ?? false);
  }

  /** Whether the open place wants codes, and took this one. */
  offerCode(text: string, source: CodeSource = 'gun'): boolean {
    if (this.now === 'booth' || !this.#keys.code) return false;
    this.#keys.code(text, source);
    return true;
  }
}

export const place = new Place();
