import { expect, it } from 'vitest';
import type { OutboxBatch, ParcelView } from '../api';
import { bytesOf, firstOf, groupsOf, inside, markOf, nameIn, NEXT_TASK, nextOf, TASKS, unsigned } from './tasks';

const batch = (change: Partial<OutboxBatch> = {}): OutboxBatch => ({
  batch: 1, title: '', state: 'sealed', pictures: 3, bytes: 100, uploaded: 0, exported: 3, waiting: 0, parked: 0,
  upload_allowed: false, failed_review: 0, corrections_due: 0, parcels: [], erased_at: null, ...change,
});
const parcel = (change: Partial<ParcelView> = {}): ParcelView => ({
  id: 1, kind: 'bag', name: '包', place: '/x', began_at: 0, ended_at: 1, complete: true, files: 3, bytes: 9, missing: 0,
  contents: { template: '', originals: false, prints: null, short_paths: false, codes: false },
  bag_checksum: 'ab', receipt: null, ...change,
});
const receipt = { signed_by: '李老师', signed_on: '2026-05-14', at: 1 };

it('what is next is what is most urgent, and leads to where it is done', () => {
  expect(nextOf(batch({ parked: 1, waiting: 3 }))).toBe('parked');
  expect(nextOf(batch({ waiting: 3, parcels: [parcel()] }))).toBe('waiting');
  expect(nextOf(batch({ corrections_due: 1, parcels: [parcel()] }))).toBe('correction');
  expect(nextOf(batch({ parcels: [parcel()], failed_review: 2 }))).toBe('unsigned');
  expect(nextOf(batch({ parcels: [parcel({ receipt })], failed_review: 2 }))).toBe('failed');
  expect(nextOf(batch({ parcels: [parcel({ receipt })] }))).toBe('finished');
  expect(nextOf(batch({ uploaded: 3, exported: 0 }))).toBe('sent');
  expect(nextOf(batch({ pictures: 0 }))).toBe('empty');
  expect(nextOf(batch({ pictures: 0, erased_at: 5 }))).toBe('erased');
  for (const task of Object.values(NEXT_TASK)) expect([null, ...TASKS]).toContain(task);
});

it('nothing is called finished while a picture has not left', () => {
  for (const left of [{ waiting: 1 }, { parked: 1 }, { corrections_due: 1 }, { parcels: [parcel()] }, { uploaded: 3 }]) {
    expect(nextOf(batch(left))).not.toBe('finished');
    expect(markOf('erase', batch(left)).word).not.toBe('ready');
  }
});

it('only the newest of several parcels of one name has to be signed for', () => {
  const older = parcel({ id: 1 });
  expect(unsigned(batch({ parcels: [parcel({ id: 2, receipt }), older] }))).toEqual([]);
  expect(unsigned(batch({ parcels: [parcel({ id: 2 }), older] })).map(({ id }) => id)).toEqual([2]);
  expect(unsigned(batch({ parcels: [parcel({ id: 3, complete: false }), older] })).map(({ id }) => id)).toEqual([1]);
  expect(unsigned(batch({ parcels: [parcel({ id: 3, kind: 'correction' }), older] })).length).toBe(2);
});

it('the open batch is looked at first, then one with something left', () => {
  const [open, left, done] = [batch({ batch: 1, state: 'open' }), batch({ batch: 2, waiting: 1 }), batch({ batch: 3 })];
  expect(firstOf([done, left, open])).toBe(1);
  expect(firstOf([done, left])).toBe(2);
  expect(firstOf([done])).toBe(3);
  expect(firstOf([batch({ batch: null })])).toBe(null);
});

it('sizes, checksums and names are short enough for a screen', () => {
  expect([0, 999, 1000, 1_536, 44_000_000, 3_400_000_000, 64e9].map(bytesOf)).toEqual(['0 B', '999 B', '1.0 KB', '1.5 KB', '42.0 MB', '3.2 GB', '59.6 GB']);
  expect(groupsOf('0123456789abcdef0123')).toBe('0123 4567 89ab cdef');
  expect(nameIn('E:\\散拍\\2022001.jpg')).toBe('2022001.jpg');
  expect(nameIn('/media/stick/')).toBe('stick');
  expect([inside('E:\\', '包'), inside('E:\\交付', '包'), inside('/media/stick', '包')]).toEqual(['E:\\包', 'E:\\交付\\包', '/media/stick/包']);
});
