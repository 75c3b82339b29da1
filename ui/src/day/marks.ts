import { nameOf, type Stroke } from '../keys/stroke';

/** Where the mark of a list goes with a key; `null` if the key does not move it. */
export function moved(stroke: Stroke, at: number, count: number, perRow = 1): number | null {
  if (stroke.command || stroke.field !== 'none' || count === 0) return null;
  const last = count - 1;
  const clamp = (index: number) => Math.min(last, Math.max(0, index));
  switch (nameOf(stroke)) {
    case 'ArrowDown':
      return clamp(at + perRow);
    case 'ArrowUp':
      return clamp(at - perRow);
    case 'ArrowRight':
      return perRow > 1 ? clamp(at + 1) : null;
    case 'ArrowLeft':
      return perRow > 1 ? clamp(at - 1) : null;
    case 'PageDown':
      return clamp(at + 10);
    case 'PageUp':
      return clamp(at - 10);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}
