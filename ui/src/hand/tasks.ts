import type { BatchId, JobKind, OutboxBatch } from '../api';
import { nameOf, type Stroke } from '../keys/stroke';

/** What is done at the end of a day, in the order of the number keys. */
export const TASKS = ['outbox', 'results', 'export', 'prints', 'intake', 'correction', 'erase'] as const;
export type Task = (typeof TASKS)[number];

/** Where a piece of long work belongs. */
export const TASK_OF: Record<JobKind, Task> = {
  export: 'export',
  verify_bag: 'export',
  correction: 'correction',
  prints: 'prints',
  intake_check: 'intake',
  intake_take: 'intake',
  erase: 'erase',
};

/** The task that a number key opens. */
export function taskFor(stroke: Stroke): Task | null {
  if (stroke.command || stroke.field !== 'none') return null;
  const name = nameOf(stroke);
  return /^[1-9]$/.test(name) ? (TASKS[Number(name) - 1] ?? null) : null;
}

export type Tone = 'good' | 'warn' | 'bad' | 'blue' | 'soft';

/** What has to be done next with a batch, most urgent first. */
export type Next = 'erased' | 'empty' | 'parked' | 'waiting' | 'correction' | 'unsigned' | 'failed' | 'sent' | 'finished';

/** Bags that are complete and for which nobody has signed; of several of one name only the newest lies on the stick. */
export function unsigned(batch: OutboxBatch): OutboxBatch['parcels'] {
  const seen = new Set<string>();
  return batch.parcels.filter((parcel) => {
    if (!parcel.complete || seen.has(`${parcel.kind} ${parcel.name}`)) return false;
    seen.add(`${parcel.kind} ${parcel.name}`);
    return parcel.receipt === null;
  });
}

/** What a tired person has to know first. */
export function nextOf(batch: OutboxBatch): Next {
  if (batch.erased_at !== null && batch.pictures === 0) return 'erased';
  if (batch.pictures === 0) return 'empty';
  if (batch.parked > 0) return 'parked';
  if (batch.waiting > 0) return 'waiting';
  if (batch.corrections_due > 0) return 'correction';
  if (unsigned(batch).length > 0) return 'unsigned';
  if (batch.failed_review > 0) return 'failed';
  // Uploaded is handed over; what may be erased needs a signature all the same.
  return batch.parcels.some(({ receipt }) => receipt) ? 'finished' : 'sent';
}

/** Where what is next is done. */
export const NEXT_TASK: Record<Next, Task | null> = {
  erased: null,
  empty: null,
  parked: 'outbox',
  waiting: 'export',
  correction: 'correction',
  unsigned: 'export',
  failed: 'results',
  sent: 'export',
  finished: 'erase',
};

/** How urgent it is. */
export const NEXT_TONE: Record<Next, Tone> = {
  erased: 'soft',
  empty: 'soft',
  parked: 'bad',
  waiting: 'warn',
  correction: 'warn',
  unsigned: 'warn',
  failed: 'warn',
  sent: 'good',
  finished: 'good',
};

/** The word beside a task in the list: its name in the word table, what is filled in, its colour. */
export interface Mark {
  word: 'none' | 'all_out' | 'waiting' | 'parked' | 'failed' | 'unsigned' | 'signed' | 'due' | 'erased' | 'ready';
  n: number;
  tone: Tone;
}

/** One glance at a task. */
export function markOf(task: Task, batch: OutboxBatch): Mark {
  const mark = (word: Mark['word'], tone: Tone, n = 0): Mark => ({ word, n, tone });
  switch (task) {
    case 'outbox':
      if (batch.parked > 0) return mark('parked', 'bad', batch.parked);
      if (batch.waiting > 0) return mark('waiting', 'warn', batch.waiting);
      return batch.pictures > 0 ? mark('all_out', 'good', batch.pictures) : mark('none', 'soft');
    case 'results':
      return batch.failed_review > 0 ? mark('failed', 'warn', batch.failed_review) : mark('none', 'soft');
    case 'export': {
      const open = unsigned(batch).length;
      if (open > 0) return mark('unsigned', 'warn', open);
      return batch.parcels.some((parcel) => parcel.receipt) ? mark('signed', 'good') : mark('none', 'soft');
    }
    case 'correction':
      return batch.corrections_due > 0 ? mark('due', 'warn', batch.corrections_due) : mark('none', 'soft');
    case 'erase':
      if (batch.erased_at !== null && batch.pictures === 0) return mark('erased', 'good');
      return nextOf(batch) === 'finished' ? mark('ready', 'blue') : mark('none', 'soft');
    default:
      return mark('none', 'soft');
  }
}

/** The batch that is looked at first: the one that is open, else the newest with something left, else the newest. */
export function firstOf(list: readonly OutboxBatch[]): BatchId | null {
  const open = list.find(({ state }) => state === 'open');
  const left = list.find(({ waiting, parked, corrections_due }) => waiting + parked + corrections_due > 0);
  return (open ?? left ?? list[0])?.batch ?? null;
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** `3.4 GB`, counted as Windows counts it. */
export function bytesOf(bytes: number): string {
  let unit = 0;
  let n = Math.max(0, bytes);
  while (n >= 1000 && unit < UNITS.length - 1) {
    n /= 1024;
    unit++;
  }
  return `${unit === 0 || n >= 99.5 ? n.toFixed(0) : n.toFixed(1)} ${UNITS[unit]}`;
}

/** A checksum as it is written on paper: groups of four, and only as much as a receipt needs. */
export function groupsOf(checksum: string, digits = 16): string {
  return (checksum.slice(0, digits).match(/.{1,4}/g) ?? []).join(' ');
}

/** The last part of a path, whichever system it is of. */
export const nameIn = (path: string): string => path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;

/** A name inside a folder, written as the system of the folder writes it. */
export const inside = (folder: string, name: string): string => {
  const between = folder.includes('\\') ? '\\' : '/';
  return folder.endsWith(between) ? folder + name : folder + between + name;
};
