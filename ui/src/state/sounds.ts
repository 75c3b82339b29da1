import type { StationView } from '../api';

export type Sound = 'armed' | 'accepted' | 'warning' | 'issued' | 'called';

/** Notes as frequency, start and length in seconds. Short and soft: the waiting room is next to a class. */
const NOTES: Record<Sound, [hertz: number, start: number, length: number][]> = {
  armed: [
    [880, 0, 0.09],
    [1319, 0.09, 0.14],
  ],
  accepted: [
    [523, 0, 0.1],
    [392, 0.1, 0.18],
  ],
  issued: [
    [659, 0, 0.09],
    [880, 0.09, 0.09],
    [1319, 0.18, 0.16],
  ],
  called: [
    [784, 0, 0.35],
    [587, 0.3, 0.55],
  ],
  warning: [
    [233, 0, 0.16],
    [233, 0.22, 0.16],
  ],
};

let context: AudioContext | null = null;

/** Plays a sound, or nothing where there is no sound card, no permission or no such interface. */
export function play(sound: Sound): void {
  try {
    context ??= new AudioContext();
    const { currentTime, destination } = context;
    void context.resume().catch(() => {});
    for (const [hertz, start, length] of NOTES[sound]) {
      const from = currentTime + start;
      const tone = context.createOscillator();
      const loudness = context.createGain();
      tone.frequency.value = hertz;
      tone.type = sound === 'warning' ? 'triangle' : 'sine';
      loudness.gain.setValueAtTime(0, from);
      loudness.gain.linearRampToValueAtTime(0.25, from + 0.012);
      loudness.gain.exponentialRampToValueAtTime(0.001, from + length);
      tone.connect(loudness).connect(destination);
      tone.start(from);
      tone.stop(from + length + 0.02);
    }
  } catch {
    // A station without sound is still a station.
  }
}

/** Says by ear what has just changed. */
export function follow(before: StationView | null, now: StationView): void {
  if (!now.settings.sound || !before) return;
  const sound = soundFor(before, now);
  if (sound) play(sound);
}

export function soundFor(before: StationView, now: StationView): Sound | null {
  const fresh = now.notice !== null && now.notice.seq !== before.notice?.seq;
  if (fresh && now.notice?.level !== 'good') return 'warning';
  if (now.counts.accepted > before.counts.accepted) return 'accepted';
  const waited = before.phase.kind === 'idle' || before.phase.kind === 'ask_repeat';
  if (now.phase.kind === 'armed' && waited) return 'armed';
  return now.phase.kind === 'ask_repeat' && before.phase.kind === 'idle' ? 'warning' : null;
}
