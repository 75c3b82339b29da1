import type { BoardCall, BoardView, Language } from '../api';
import type { Backend } from '../backend/backend';
import { word } from '../i18n/words';

/** Who would speak: a voice of the webview, a program of this machine, or nobody. */
export type Speaker = { kind: 'webview'; voice: SpeechSynthesisVoice } | { kind: 'program'; name: string } | { kind: 'none' };

/** A voice that works without a network and speaks the language. */
export function localVoice(voices: readonly SpeechSynthesisVoice[], language: Language): SpeechSynthesisVoice | null {
  const wanted = voices.filter((voice) => voice.localService && voice.lang.toLowerCase().replace('_', '-').startsWith(language));
  // Mandarin before other Chinese voices of the system.
  return wanted.find((voice) => /cn|hans|us|gb/i.test(voice.lang)) ?? wanted[0] ?? null;
}

/** Looks for somebody who can speak on this machine. */
export async function findSpeaker(backend: Backend, language: Language): Promise<Speaker> {
  const voice = localVoice(await webviewVoices(), language);
  if (voice) return { kind: 'webview', voice };
  try {
    const { program } = await backend.call('voice.status', {});
    return program ? { kind: 'program', name: program } : { kind: 'none' };
  } catch {
    return { kind: 'none' };
  }
}

/** Some webviews know their voices only a moment after they are asked. */
async function webviewVoices(): Promise<readonly SpeechSynthesisVoice[]> {
  const synthesis = globalThis.speechSynthesis as SpeechSynthesis | undefined;
  if (!synthesis) return [];
  const at_once = synthesis.getVoices();
  if (at_once.length) return at_once;
  await new Promise<void>((done) => {
    const late = setTimeout(done, 1_500);
    synthesis.addEventListener?.('voiceschanged', () => (clearTimeout(late), done()), { once: true });
  });
  return synthesis.getVoices();
}

/** Calls that were not there before, or were called again since; the first board is no news. */
export function newCalls(before: BoardView | null, now: BoardView): BoardCall[] {
  if (!before) return [];
  const name = (call: BoardCall) => `${call.number} ${call.booth} ${call.calls}`;
  const known = new Set(before.called.map(name));
  return now.called.filter((call) => !call.seated && !known.has(name(call)));
}

/** Speaks a call; what cannot be spoken stays on the screen. */
export function speak(speaker: Speaker, backend: Backend, language: Language, { number, booth }: BoardCall): void {
  if (speaker.kind === 'webview') {
    const said = new SpeechSynthesisUtterance(word(language, 'board.spoken', { number, booth }));
    said.voice = speaker.voice;
    said.lang = speaker.voice.lang;
    said.rate = 0.9;
    speechSynthesis.speak(said);
  } else if (speaker.kind === 'program') {
    backend.call('voice.say', { number, booth, language }).catch(() => {});
  }
}
