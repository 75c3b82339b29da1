import type { Language, Text } from '../api';
import { dayEn, dayZh } from './day';
import { en } from './en';
import { hallEn, hallZh } from './hall';
import { handEn, handZh } from './hand';
import { plateEn, plateZh } from './plate';
import { zh } from './zh';

const CHINESE = { ...zh, ...dayZh, ...hallZh, ...handZh, ...plateZh };

export type Word = keyof typeof CHINESE;
export type Words = Record<Word, string>;

/** Every word of the window in both languages. */
export const WORDS: Record<Language, Words> = {
  zh: CHINESE,
  en: { ...en, ...dayEn, ...hallEn, ...handEn, ...plateEn },
};

/** One word of the window, with `{name}` filled in. */
export function word(language: Language, key: Word, fill: Record<string, string | number> = {}): string {
  return WORDS[language][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(fill[name] ?? whole));
}

/** The word for a name that the core sends, or the name itself where a newer core knows more than this window. */
export function wordFor(language: Language, group: string, name: string): string {
  const words: Record<string, string> = WORDS[language];
  return words[`${group}.${name}`] ?? name;
}

/** A sentence of the core in the language of the window. */
export const inLanguage = (language: Language, text: Text): string => text[language];
