interface Window {
  /** Figures of the preview, for tests. */
  __gradbooth?: { readonly fps: number; readonly shown: number };
}
