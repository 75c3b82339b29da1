/** What the call screen may do besides showing. Off until somebody wants it: waiting rooms are next to classes. */
export interface CallSound {
  chime: boolean;
  voice: boolean;
}

const KEYS: Record<keyof CallSound, string> = { chime: 'gradbooth.chime', voice: 'gradbooth.voice' };

/** Kept beside the window's own memory, so that the operator's window sets it and the call screen follows. */
export function callSound(): CallSound {
  return { chime: remembered(KEYS.chime), voice: remembered(KEYS.voice) };
}

export function setCallSound({ chime, voice }: CallSound): void {
  remember(KEYS.chime, chime);
  remember(KEYS.voice, voice);
}

function remembered(key: string): boolean {
  try {
    return localStorage.getItem(key) === 'on';
  } catch {
    return false;
  }
}

function remember(key: string, on: boolean): void {
  try {
    localStorage.setItem(key, on ? 'on' : 'off');
  } catch {
    // Quiet again after a restart, which is the safe side.
  }
}
