import type { ParcelKey } from '../api';
import { tell } from '../day/day.svelte';
import { dayAt, dayOf } from '../day/format';
import { sheet } from '../day/sheet.svelte';
import { station, t, tFor } from '../state/station.svelte';
import { exporting } from './export.svelte';
import { hand } from './hand.svelte';

/** The questions of an export: for whom it is locked, who signed, which bag is verified. */

/** The core asks for as many. */
const PASSPHRASE_LEAST = 8;

const is = (kind: string) => (values: Record<string, string>) => values.kind === kind;

/** For whom the next export is locked. */
export function askLock(): void {
  const { lock } = exporting;
  sheet.form({
    name: 'export-lock',
    title: t('lock.title'),
    note: t('lock.note'),
    fields: [
      { name: 'kind', label: t('lock.kind'), value: lock?.kind ?? 'none', options: ['none', 'recipient', 'passphrase'].map((value) => ({ value, label: tFor('lock', value) })) },
      { name: 'recipient', label: t('lock.recipient_field'), value: lock?.kind === 'recipient' ? lock.recipient : '', hint: 'age1…', when: is('recipient') },
      { name: 'passphrase', label: t('lock.passphrase_field'), value: '', secret: true, hint: t('lock.least', { n: PASSPHRASE_LEAST }), when: is('passphrase') },
      { name: 'again', label: t('lock.again'), value: '', secret: true, when: is('passphrase') },
    ],
    submit: t('do.confirm'),
    done: ({ kind = 'none', recipient = '', passphrase = '', again = '' }) => {
      if (kind === 'recipient') {
        if (!recipient.startsWith('age1')) return t('lock.bad_recipient');
        exporting.lock = { kind, recipient };
      } else if (kind === 'passphrase') {
        if ([...passphrase].length < PASSPHRASE_LEAST) return t('lock.least', { n: PASSPHRASE_LEAST });
        if (passphrase !== again) return t('lock.differs');
        exporting.lock = { kind, passphrase };
      } else exporting.lock = null;
      return true;
    },
  });
}

/** 回执: who signed for a bag. The checksum is copied from the paper, so that it is about this bag. */
export function askReceipt(parcel: number, name: string): void {
  sheet.form({
    name: 'receipt',
    title: t('receipt.title'),
    note: t('receipt.note', { name }),
    fields: [
      { name: 'signed_by', label: t('receipt.signed_by'), value: '' },
      { name: 'signed_on', label: t('receipt.signed_on'), value: dayAt(Date.now()), hint: '2026-05-13' },
      { name: 'checksum', label: t('receipt.checksum'), value: '', hint: t('receipt.checksum_hint') },
    ],
    submit: t('receipt.submit'),
    done: async ({ signed_by = '', signed_on = '', checksum = '' }) => {
      const day = dayOf(signed_on);
      if (!signed_by) return t('receipt.no_name');
      if (day === null) return t('ask.bad_day');
      const { answer, error } = await station.attempt('export.receipt', { parcel, signed_by, signed_on: day, checksum });
      if (error) return error.text[station.language];
      tell('good', 'signed', 'receipt.signed', { name: answer.receipt?.signed_by ?? signed_by });
      void hand.refresh();
      return true;
    },
  });
}

/** Which bag is verified, and what opens it where it is encrypted. */
export function askVerify(path: string): void {
  sheet.form({
    name: 'verify',
    title: t('verify.title'),
    note: t('verify.note'),
    fields: [
      { name: 'kind', label: t('verify.key'), value: 'none', options: ['none', 'passphrase', 'identity'].map((value) => ({ value, label: tFor('key_kind', value) })) },
      { name: 'path', label: t('verify.path'), value: path, path: { pick: 'folder' }, when: is('none') },
      { name: 'file', label: t('verify.file'), value: path, path: { pick: 'file', extensions: ['age'] }, when: (values) => values.kind !== 'none' },
      { name: 'passphrase', label: t('lock.passphrase_field'), value: '', secret: true, when: is('passphrase') },
      { name: 'identity', label: t('verify.identity'), value: '', secret: true, hint: 'AGE-SECRET-KEY-1…', when: is('identity') },
    ],
    submit: t('verify.submit'),
    done: async ({ path: folder = '', file = '', kind = 'none', passphrase = '', identity = '' }) => {
      const typed = kind === 'none' ? folder : file;
      if (!typed) return t('path.needed');
      const key: ParcelKey | null = kind === 'passphrase' ? { kind, passphrase } : kind === 'identity' ? { kind, identity } : null;
      hand.putAside('verify_bag');
      return hand.begin('verify.bag', { path: typed, key });
    },
  });
}
