import { expect, it } from 'vitest';
import { type Word, WORDS, word, wordFor } from './words';

const { zh, en } = WORDS;
const keys = Object.keys(zh) as Word[];

it('both languages have the same words', () => {
  expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
});

it('no word is empty, and both languages fill in the same values', () => {
  const blanks = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();
  for (const key of keys) {
    expect(zh[key].trim(), key).not.toBe('');
    expect(en[key].trim(), key).not.toBe('');
    expect(blanks(en[key]), key).toEqual(blanks(zh[key]));
  }
});

it('English holds no Chinese', () => {
  for (const key of keys) expect(en[key], key).not.toMatch(/[\u3000-\u9fff\uff00-\uffef]/);
});

it('values are filled in, and unknown names stay readable', () => {
  expect(word('en', 'card.seconds', { s: 12 })).toBe('12 s');
  expect(wordFor('zh', 'control', 'focus')).toBe('对焦');
  expect(wordFor('zh', 'control', 'iris')).toBe('iris');
});
