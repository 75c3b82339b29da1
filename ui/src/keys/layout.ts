/**
 * What a key types on a US keyboard, which is what barcode guns pretend to be. Needed where the browser does not say
 * what was typed: with an input method switched on every key arrives as `Process`.
 */
const US_LAYOUT: Record<string, readonly [plain: string, shifted: string]> = {
  Space: [' ', ' '],
  Backquote: ['`', '~'],
  Minus: ['-', '_'],
  Equal: ['=', '+'],
  BracketLeft: ['[', '{'],
  BracketRight: [']', '}'],
  Backslash: ['\\', '|'],
  Semicolon: [';', ':'],
  Quote: ["'", '"'],
  Comma: [',', '<'],
  Period: ['.', '>'],
  Slash: ['/', '?'],
  NumpadAdd: ['+', '+'],
  NumpadSubtract: ['-', '-'],
  NumpadMultiply: ['*', '*'],
  NumpadDivide: ['/', '/'],
  NumpadDecimal: ['.', '.'],
};
for (const [digit, shifted] of [...')!@#$%^&*('].entries()) {
  US_LAYOUT[`Digit${digit}`] = [String(digit), shifted];
  US_LAYOUT[`Numpad${digit}`] = [String(digit), String(digit)];
}
for (const letter of 'abcdefghijklmnopqrstuvwxyz') {
  US_LAYOUT[`Key${letter.toUpperCase()}`] = [letter, letter.toUpperCase()];
}

/** The character of a physical key, or `null` for a key that types nothing. */
export function usCharacter(code: string, shift: boolean): string | null {
  return US_LAYOUT[code]?.[shift ? 1 : 0] ?? null;
}
