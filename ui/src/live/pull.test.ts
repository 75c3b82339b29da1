import { expect, it } from 'vitest';
import { pullFrames, ShownMeter } from './pull';

const frame = (seq: number) => new Response(new Blob(['jpeg']), { headers: { 'X-Frame-Seq': String(seq) } });
const soon = () => new Promise<void>((done) => setTimeout(done, 0));
const url = (after: number) => `live?after=${after}`;

/** A host that answers when told to. */
function host() {
  const asked: string[] = [];
  let answer: (response: Response | Error) => void = () => {};
  const fetch = (address: string) => {
    asked.push(address);
    return new Promise<Response>((done, fail) => {
      answer = (response) => (response instanceof Error ? fail(response) : done(response));
    });
  };
  return { asked, fetch, answer: (response: Response | Error) => answer(response) };
}

it('one request at a time, each for what is newer than the last', async () => {
  const { asked, fetch, answer } = host();
  const shown: number[] = [];
  const stop = pullFrames({ url, fetch, show: async ({ seq }) => void shown.push(seq) });
  await soon();
  expect(asked).toEqual(['live?after=0']);
  answer(frame(7));
  await soon();
  answer(frame(12));
  await soon();
  expect(asked).toEqual(['live?after=0', 'live?after=7', 'live?after=12']);
  expect(shown).toEqual([7, 12]);
  stop();
});

it('a failed request and a broken picture are followed by the next one', async () => {
  const { asked, fetch, answer } = host();
  const shown: number[] = [];
  const show = async ({ seq }: { seq: number }) => {
    if (seq === 7) throw new Error('not a picture');
    shown.push(seq);
  };
  const stop = pullFrames({ url, fetch, show, pause: soon });
  await soon();
  answer(new Error('host is gone'));
  await soon();
  await soon();
  answer(frame(7));
  await soon();
  answer(frame(8));
  await soon();
  expect(shown).toEqual([8]);
  expect(asked.at(-1)).toBe('live?after=8');
  stop();
});

it('while a picture is being decoded no second one is, and the next is already asked for', async () => {
  const { asked, fetch, answer } = host();
  let decoded = () => {};
  const started: number[] = [];
  const show = ({ seq }: { seq: number }) => (started.push(seq), new Promise<void>((done) => (decoded = done)));
  const stop = pullFrames({ url, fetch, show });
  await soon();
  answer(frame(1));
  await soon();
  answer(frame(2));
  await soon();
  expect(started).toEqual([1]);
  expect(asked).toHaveLength(2);
  decoded();
  await soon();
  expect(started).toEqual([1, 2]);
  expect(asked).toHaveLength(3);
  stop();
});

it('numbers that start again are found, and an old frame is not shown twice', async () => {
  const { asked, fetch, answer } = host();
  const shown: number[] = [];
  const stop = pullFrames({ url, fetch, pause: soon, show: async ({ seq }) => void shown.push(seq) });
  const give = async (response: Response) => {
    answer(response);
    await soon();
    await soon();
  };
  await soon();
  await give(frame(900));
  for (let i = 0; i < 3; i++) await give(new Response(null, { status: 204 }));
  expect(asked.at(-1)).toBe('live?after=0');
  await give(frame(900));
  expect(asked.at(-1)).toBe('live?after=900');
  for (let i = 0; i < 3; i++) await give(new Response(null, { status: 204 }));
  await give(frame(4));
  expect(asked.at(-1)).toBe('live?after=4');
  expect(shown).toEqual([900, 4]);
  stop();
});

it('counts the pictures of the last second', () => {
  const meter = new ShownMeter();
  for (let at = 0; at <= 2000; at += 40) meter.count(at);
  expect(meter.shown).toBe(51);
  expect(meter.fps(2000)).toBe(26);
  expect(meter.fps(5000)).toBe(0);
});
