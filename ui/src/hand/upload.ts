import type { OutboxBatch, UploadSettings, UploadTarget } from '../api';
import { tell } from '../day/day.svelte';
import { type FormField, sheet, type Values } from '../day/sheet.svelte';
import { station, t, tFor } from '../state/station.svelte';
import { hand } from './hand.svelte';

/** The questions about the upload: where to, and whether. */

const yesNo = () => ['yes', 'no'].map((value) => ({ value, label: tFor('choice', value) }));
const flag = (on: boolean) => (on ? 'yes' : 'no');

/** Where uploads go to, in one line; `null` if nowhere. */
export function placeOf({ target }: UploadSettings): string | null {
  switch (target?.kind) {
    case 's3':
      return `${target.endpoint} · ${target.bucket}`;
    case 'folder':
      return target.path;
    case 'endpoint':
      return target.url;
    default:
      return null;
  }
}

/** Where uploads go to, and how. Secrets are typed, kept, and never shown again. */
export async function askUpload(done: () => Promise<void>): Promise<void> {
  const kept = await station.ask('upload.settings.get', {});
  if (!kept) return;
  sheet.form({
    name: 'upload-settings',
    title: t('upload.settings'),
    note: t('upload.settings_note'),
    fields: fieldsOf(kept),
    submit: t('upload.save'),
    done: async (values) => {
      const made = settingsOf(values, kept);
      if (typeof made === 'string') return made;
      const saved = await station.ask('upload.settings.save', made);
      if (saved) {
        tell('good', 'upload_saved', 'upload.saved');
        // Behind the closed form: a key that comes now is meant for the page.
        void done().then(() => hand.lookAtUpload());
      }
      return saved !== null;
    },
  });
}

function fieldsOf(kept: UploadSettings): FormField[] {
  const { target } = kept;
  const s3 = target?.kind === 's3' ? target : null;
  const is = (...kinds: string[]) => (values: Values) => kinds.includes(values.kind ?? '');
  const text = (name: string, value: string, hint?: string): FormField => ({ name, label: t(`upload_field.${name}` as 'upload_field.path'), value, hint });
  return [
    { ...text('kind', target?.kind ?? 'folder'), options: ['folder', 's3', 'endpoint'].map((value) => ({ value, label: tFor('upload_target', value) })) },
    { ...text('path', target?.kind === 'folder' ? target.path : ''), path: { pick: 'folder' }, when: is('folder') },
    { ...text('endpoint', s3?.endpoint ?? '', 'https://s3.example.edu.cn'), when: is('s3') },
    { ...text('bucket', s3?.bucket ?? ''), when: is('s3') },
    { ...text('region', s3?.region ?? 'us-east-1'), when: is('s3') },
    { ...text('access_key', s3?.access_key ?? ''), when: is('s3') },
    { ...text('url', target?.kind === 'endpoint' ? target.url : '', 'https://upload.example.edu.cn/photos'), when: is('endpoint') },
    { ...text('secret', '', secretHint(kept.secret_kept, kept.secret_place ?? null)), secret: true, when: is('s3', 'endpoint') },
    { ...text('path_style', flag(s3?.path_style ?? true)), options: yesNo(), when: is('s3') },
    { ...text('conditional_put', flag(s3?.conditional_put ?? false)), options: yesNo(), when: is('s3') },
    { ...text('proxy', kept.proxy, 'system / direct / http://host:port'), when: is('s3', 'endpoint') },
    { ...text('proxy_user', kept.proxy_user ?? ''), when: proxied },
    { ...text('proxy_secret', '', secretHint(kept.proxy_secret_kept ?? false, null)), secret: true, when: proxied },
    { ...text('plain', flag(kept.allow_plain_http)), options: yesNo(), when: is('s3', 'endpoint') },
    { ...text('parallel', String(kept.parallel)) },
    { ...text('originals', flag(kept.originals)), options: yesNo() },
    { ...text('recipient', kept.recipient ?? '', t('upload.recipient_hint')) },
    { ...text('ca', kept.ca_pem ?? '', ''), tall: true, when: is('s3', 'endpoint') },
  ];
}

/** A proxy with an address of its own may want a name and a password. */
const proxied = ({ kind, proxy = '' }: Values) => kind !== 'folder' && proxy.includes('://');

function secretHint(kept: boolean, place: UploadSettings['secret_place'] | null): string {
  return kept ? t(place ? `upload.secret_${place}` : 'upload.secret_kept') : t('upload.secret_none');
}

function targetOf(values: Values): UploadTarget | string {
  const need = (name: string) => values[name] || '';
  switch (values.kind) {
    case 's3':
      if (!need('endpoint') || !need('bucket') || !need('access_key')) return t('upload.s3_needs');
      return {
        kind: 's3',
        endpoint: need('endpoint'),
        region: need('region') || 'us-east-1',
        bucket: need('bucket'),
        path_style: values.path_style === 'yes',
        access_key: need('access_key'),
        conditional_put: values.conditional_put === 'yes',
      };
    case 'endpoint':
      return need('url') ? { kind: 'endpoint', url: need('url') } : t('upload.url_needed');
    default:
      return need('path') ? { kind: 'folder', path: need('path') } : t('path.needed');
  }
}

function settingsOf(values: Values, kept: UploadSettings): UploadSettings | string {
  const target = targetOf(values);
  if (typeof target === 'string') return target;
  const parallel = Number(values.parallel);
  if (!Number.isInteger(parallel) || parallel < 1) return t('upload.bad_parallel');
  const local = target.kind === 'folder';
  return {
    ...kept,
    target,
    // What is not typed anew stays as it is kept; nobody can read it.
    secret: values.secret || null,
    proxy: values.proxy || 'system',
    proxy_user: values.proxy_user || null,
    proxy_secret: values.proxy_secret || null,
    ca_pem: values.ca || null,
    allow_plain_http: !local && values.plain === 'yes',
    parallel,
    recipient: values.recipient || null,
    originals: values.originals === 'yes',
  };
}

/** The step that the law asks for, with the sentence that says what is being decided. */
export function askAllow(batch: OutboxBatch, allowed: boolean): void {
  sheet.pick({
    name: 'upload-allow',
    title: t(allowed ? 'upload.forbid_title' : 'upload.allow_title'),
    note: t(allowed ? 'upload.forbid_note' : 'upload.allow_note', { what: batch.title || t('hand.no_batch'), n: batch.pictures }),
    options: [
      // The safe answer stands first: Enter alone allows nothing.
      { value: 'no', label: t(allowed ? 'upload.forbid_no' : 'upload.allow_no') },
      { value: 'yes', label: t(allowed ? 'upload.forbid_yes' : 'upload.allow_yes') },
    ],
    done: async (value) => {
      if (value === 'no') return true;
      const status = await station.ask('upload.allow', { batch: batch.batch, allowed: !allowed });
      if (!status) return false;
      hand.takeUpload(status);
      hand.upload = status;
      void hand.refresh();
      return true;
    },
  });
}
