import type { Crop, Size } from '../api';

/** Where a frame lies on the stage, and how large a pixel of it is there. */
export interface Fit {
  x: number;
  y: number;
  width: number;
  height: number;
  scale: number;
  mirrored: boolean;
}

/** Largest place for the whole frame in the middle of the stage. */
export function fitInto(frame: Size, stage: Size, mirrored: boolean): Fit {
  const scale = Math.min(stage.width / frame.width, stage.height / frame.height);
  const width = frame.width * scale;
  const height = frame.height * scale;
  return { x: (stage.width - width) / 2, y: (stage.height - height) / 2, width, height, scale, mirrored };
}

/** A point of the frame on the stage. */
export function place(fit: Fit, [x, y]: readonly [number, number]): [number, number] {
  const across = x * fit.scale;
  return [fit.x + (fit.mirrored ? fit.width - across : across), fit.y + y * fit.scale];
}

/** A rectangle of the frame on the stage. */
export function placeCrop(fit: Fit, crop: Crop): Crop {
  const [x, y] = place(fit, [fit.mirrored ? crop.x + crop.w : crop.x, crop.y]);
  return { x, y, w: crop.w * fit.scale, h: crop.h * fit.scale };
}

/** Values that follow others smoothly: a jump would draw the eye away from the student. */
export class Eased<Name extends string> {
  values: Record<Name, number> | null = null;

  /**
   * Goes towards the aims for `ms`; a change of more than `leap` (another person) is made at once.
   * Returns whether anything still moves.
   */
  towards(aims: Record<Name, number>, ms: number, leap: number): boolean {
    const now = this.values;
    const names = Object.keys(aims) as Name[];
    if (!now || names.some((name) => Math.abs(aims[name] - now[name]) > leap)) {
      this.values = { ...aims };
      return false;
    }
    // Half of the way every 70 ms, whatever the rate of the screen.
    const share = 1 - 0.5 ** (ms / 70);
    let moving = false;
    for (const name of names) {
      const left = aims[name] - now[name];
      if (Math.abs(left) < 0.2) {
        now[name] = aims[name];
      } else {
        now[name] += left * share;
        moving = true;
      }
    }
    this.values = { ...now };
    return moving;
  }
}
