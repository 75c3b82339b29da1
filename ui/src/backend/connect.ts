import type { Backend } from './backend';
import { connectToServer } from './http';
import { connectToShell } from './tauri';

/** Whoever hosts this page: the shell's window, or `gradbooth serve`. */
export const connect = (): Backend => ('__TAURI_INTERNALS__' in window ? connectToShell() : connectToServer());
