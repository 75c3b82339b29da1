import { convertFileSrc, invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { type Backend, Refused } from './backend';

// The scheme's base differs by platform (`frame://localhost/` or `http://frame.localhost/`), so Tauri is asked for it.
// Only the base: it would escape the slashes of a path.
const base = (scheme: string) => convertFileSrc('', scheme);

/** The shell that the window runs in. */
export function connectToShell(): Backend {
  const frames = base('frame');
  const pictures = base('picture');
  return {
    async call(name, request) {
      try {
        return await invoke('rpc', { name, request });
      } catch (thrown) {
        throw Refused.from(thrown);
      }
    },
    on: (name, heard) => listen(name, (event) => heard(event.payload as never)),
    frameUrl: (after) => `${frames}live?after=${after}`,
    pictureUrl: (path) => pictures + path.split('/').map(encodeURIComponent).join('/'),
    async openScreen(name) {
      try {
        await invoke('open_screen', { name });
      } catch (thrown) {
        throw Refused.from(thrown);
      }
    },
    onDrop: (heard) => listen<{ paths: string[] }>('tauri://drag-drop', (event) => heard(event.payload.paths)),
    async openFolder(path) {
      try {
        await invoke('open_folder', { path });
      } catch (thrown) {
        throw Refused.from(thrown);
      }
    },
    async choosePath(wish) {
      try {
        return await invoke<string | null>('choose_path', { wish });
      } catch (thrown) {
        throw Refused.from(thrown);
      }
    },
  };
}
