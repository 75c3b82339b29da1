import { expect, it } from 'vitest';
import type { BandReading, PhotoSpec } from '../api';
import { labelsOf, limitOf, valueOf } from './labels';

const spec = { size: { width: 480, height: 640 } } as PhotoSpec;
const bands: BandReading[] = (['head_top', 'eye_line', 'face_width', 'centre', 'tilt'] as const).map((band) => ({
  band,
  value: 80,
  limit: { min: 50, max: 110 },
  good: true,
}));
const stage = { width: 940, height: 520 };
const shown = { head_top: 80, eye_line: 250 };

it('no label lies over another or outside the stage, wherever the crop is', () => {
  for (const box of [
    { x: 300, y: 60, w: 270, h: 360 },
    { x: 700, y: 400, w: 90, h: 120 },
    { x: 0, y: -40, w: 940, h: 600 },
  ]) {
    for (const scale of [1, 1.25]) {
      const labels = labelsOf(bands, box, spec, shown, stage, scale);
      expect(labels).toHaveLength(5);
      let free = 0;
      for (const { x, y, width } of labels) {
        expect(y).toBeGreaterThanOrEqual(free);
        expect(y + 30 * scale).toBeLessThanOrEqual(stage.height);
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x + width * scale).toBeLessThanOrEqual(stage.width);
        free = y + 30 * scale;
      }
    }
  }
});

it('values are in delivered pixels, degrees for the tilt, and signed where a side matters', () => {
  expect(valueOf({ band: 'head_top', value: 79.6 })).toBe('80 px');
  expect(valueOf({ band: 'centre', value: -3.4 })).toBe('−3 px');
  expect(valueOf({ band: 'centre', value: -0.4 })).toBe('0 px');
  expect(valueOf({ band: 'tilt', value: 4.25 })).toBe('+4.3°');
  expect(limitOf({ min: -24, max: 24 })).toBe('±24');
  expect(limitOf({ min: 50, max: 110 })).toBe('50–110');
});
