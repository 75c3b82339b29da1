import { expect, it } from 'vitest';
import { Eased, fitInto, place, placeCrop } from './fit';

const frame = { width: 1280, height: 720 };

it('the whole frame fits, in the middle', () => {
  expect(fitInto(frame, { width: 640, height: 400 }, false)).toMatchObject({ x: 0, y: 20, width: 640, height: 360 });
  expect(fitInto(frame, { width: 800, height: 360 }, false)).toMatchObject({ x: 80, y: 0, width: 640, height: 360 });
});

it('a mirrored view turns places round, and rectangles keep their left edge on the left', () => {
  const fit = fitInto(frame, { width: 1280, height: 720 }, true);
  expect(place(fit, [100, 50])).toEqual([1180, 50]);
  expect(placeCrop(fit, { x: 100, y: 50, w: 300, h: 400 })).toEqual({ x: 880, y: 50, w: 300, h: 400 });
});

it('small changes are followed smoothly and end at the aim, another person at once', () => {
  const eased = new Eased<'x'>();
  eased.towards({ x: 0 }, 30, 100);
  expect(eased.towards({ x: 50 }, 70, 100)).toBe(true);
  expect(eased.values?.x).toBeCloseTo(25);
  for (let i = 0; i < 40; i++) eased.towards({ x: 50 }, 33, 100);
  expect(eased.values?.x).toBe(50);
  eased.towards({ x: 400 }, 33, 100);
  expect(eased.values?.x).toBe(400);
});
