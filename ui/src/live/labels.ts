import type { Band, BandReading, Crop, Limit, PhotoSpec, Size } from '../api';

/** The present value of a band, written beside the crop. */
export interface BandLabel {
  band: Band;
  value: string;
  /** What is allowed, as `50–110`. */
  limit: string;
  good: boolean;
  x: number;
  y: number;
  width: number;
}

/** Wide enough for the longest name in either language with its value. */
const WIDTH = 226;
const HEIGHT = 30;
const SPACE = 6;

/** `82 px`, or `−1.2°` for the tilt. */
export function valueOf({ band, value }: Pick<BandReading, 'band' | 'value'>): string {
  if (band === 'tilt') return `${signed(value, 1)}°`;
  return band === 'centre' ? `${signed(value, 0)} px` : `${Math.round(value)} px`;
}

/** `50–110`, or `±24` for a limit that is the same either way. */
export function limitOf({ min, max }: Limit): string {
  if (min === null || max === null) return min === null ? `≤ ${max ?? ''}` : `≥ ${min}`;
  return min === -max ? `±${max}` : `${min}–${max}`;
}

function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return (value < 0 ? '−' : '+') + text;
}

/**
 * Places the labels beside the crop, on the side with more room, each at the height of what it speaks of and none
 * over another.
 */
export function labelsOf(
  bands: BandReading[],
  box: Crop,
  spec: PhotoSpec,
  shown: { head_top: number; eye_line: number },
  stage: Size,
  scale: number,
): BandLabel[] {
  const unit = box.h / spec.size.height;
  const width = WIDTH * scale;
  const height = HEIGHT * scale;
  const roomRight = stage.width - (box.x + box.w);
  const beside = roomRight >= box.x ? box.x + box.w + 10 : box.x - width - 10;
  const x = Math.min(Math.max(beside, 4), stage.width - width - 4);
  const wanted: Record<Band, number> = {
    head_top: shown.head_top,
    eye_line: shown.eye_line,
    face_width: shown.eye_line + 75,
    centre: 600,
    tilt: shown.eye_line - 62,
  };
  const placed = bands
    .map((reading) => ({ reading, y: box.y + wanted[reading.band] * unit - height / 2 }))
    .sort((a, b) => a.y - b.y);
  let free = 4;
  for (const label of placed) {
    label.y = Math.max(label.y, free);
    free = label.y + height + SPACE;
  }
  // What was pushed out below comes back from the bottom.
  let floor = stage.height - 4;
  for (const label of [...placed].reverse()) {
    label.y = Math.min(label.y, floor - height);
    floor = label.y - SPACE;
  }
  return placed.map(({ reading, y }) => ({
    band: reading.band,
    value: valueOf(reading),
    limit: limitOf(reading.limit),
    good: reading.good,
    x,
    y,
    width: WIDTH,
  }));
}
