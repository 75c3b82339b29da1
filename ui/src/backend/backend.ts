import type { ApiError, Events, Operations } from '../api';

/** Everything that the window asks of whoever hosts it. */
export interface Backend {
  /** Performs one operation; throws a {@link Refused}. */
  call<Name extends keyof Operations>(
    name: Name,
    request: Operations[Name]['request'],
  ): Promise<Operations[Name]['response']>;
  /** Listens to an event until the returned function is called. */
  on<Name extends keyof Events>(name: Name, heard: (event: Events[Name]) => void): Promise<() => void>;
  /** Address of the newest live frame whose number is greater than `after`. */
  frameUrl(after: number): string;
  /** Address of a picture by its path, like `portrait/<hash>`. */
  pictureUrl(path: string): string;
  /** Opens another window, on the second monitor where there is one; missing where the host has one window only. */
  openScreen?(name: ScreenName): Promise<void>;
  /** Asks for a path in the system's own dialog; `null` if nothing was chosen. Missing where the host has no dialogs. */
  choosePath?(wish: PathWish): Promise<string | null>;
  /** Calls back with the paths of files that are dropped on the window; missing where the host tells none. */
  onDrop?(heard: (paths: readonly string[]) => void): Promise<() => void>;
  /** Shows a folder in the system's file browser; missing where the host has none. */
  openFolder?(path: string): Promise<void>;
}

/** What a person is asked to choose. */
export interface PathWish {
  pick: 'folder' | 'file';
  /** Title of the dialog. */
  title: string;
  /** Endings of the files that are shown, without dots; none for all. */
  extensions: readonly string[];
  /** Where the dialog opens, if that is there. */
  start: string;
}

/** Windows beside the operator's. */
export type ScreenName = 'call';

/** An operation that was not done, with its sentence for the operator. */
export class Refused extends Error {
  readonly error: ApiError;

  constructor(error: ApiError) {
    super(`${error.code}: ${error.text.en}`);
    this.error = error;
  }

  /** Whatever a host threw, as a refusal that can be shown. */
  static from(thrown: unknown): Refused {
    if (thrown instanceof Refused) return thrown;
    if (isApiError(thrown)) return new Refused(thrown);
    return new Refused({
      code: 'host_failed',
      text: {
        zh: '程序内部错误，请重启毕采站；已接受的照片都在',
        en: 'Internal error: restart Gradbooth. Accepted pictures are safe',
      },
    });
  }
}

function isApiError(thrown: unknown): thrown is ApiError {
  if (typeof thrown !== 'object' || thrown === null) return false;
  const { code, text } = thrown as Partial<ApiError>;
  return typeof code === 'string' && typeof text?.zh === 'string' && typeof text.en === 'string';
}
