import { expect, it } from 'vitest';
import { withoutFinalLineEnd } from './typed';

it('one line end goes, everything else of a code stays', () => {
  expect(withoutFinalLineEnd('abc\r\n')).toBe('abc');
  expect(withoutFinalLineEnd('abc\n\n')).toBe('abc\n');
  expect(withoutFinalLineEnd(' a b ')).toBe(' a b ');
});
