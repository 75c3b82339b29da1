/** The payload without the one line end that copying a line adds; everything else is the code's own. */
export function withoutFinalLineEnd(text: string): string {
  return text.replace(/\r\n$|\n$|\r$/, '');
}
