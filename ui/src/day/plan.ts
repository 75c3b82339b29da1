import type { BatchItem, BatchPlan, FeeRule } from '../api';
import { station, t } from '../state/station.svelte';
import { tell } from './day.svelte';
import { dayAt, dayOf, fenOf, feeOf, templateOf, yuan } from './format';
import { choices, flag, yesNo } from './questions';
import { type FormField, sheet, type Values } from './sheet.svelte';

/** The questions about a batch: its plan, and a make-up day for those who remain of it. */

/** The fields of a plan. */
async function planFields(plan: BatchPlan): Promise<FormField[]> {
  const specs = (await station.ask('spec.list', {}))?.filter((spec) => spec.refused === null) ?? [];
  const free = plan.fee.kind === 'none';
  const { from, fee_fen } = plan.make_up;
  return [
    { name: 'school', label: t('batch.school'), value: plan.school },
    { name: 'date', label: t('batch.date'), value: plan.date, hint: '2026-05-13' },
    { name: 'place', label: t('batch.place'), value: plan.place },
    { name: 'group', label: t('batch.group'), value: plan.group },
    { name: 'spec', label: t('batch.spec'), value: plan.spec, options: specs.map(({ id, name }) => ({ value: id, label: name[station.language] })), tall: true },
    { name: 'way', label: t('batch.way'), value: plan.way, options: choices('way', ['desk', 'booth']) },
    { name: 'double_proof', label: t('batch.double_proof'), value: flag(plan.double_proof), options: yesNo() },
    { name: 'fee', label: t('batch.fee'), value: plan.fee.kind, options: choices('fee_rule', ['none', 'prepaid', 'on_the_spot']) },
    { name: 'amount', label: t('batch.amount'), value: free ? '' : yuan(feeOf(plan.fee)), hint: t('batch.amount_hint') },
    { name: 'masked_names', label: t('batch.masked_names'), value: flag(plan.masked_names), options: yesNo() },
    { name: 'upload', label: t('batch.upload'), value: flag(plan.upload_allowed), options: yesNo() },
    { name: 'naming', label: t('batch.naming'), value: plan.naming },
    { name: 'consent_version', label: t('batch.consent_version'), value: plan.consent.version },
    { name: 'consent', label: t('batch.consent'), value: plan.consent.text, tall: true },
    { name: 'make_up_from', label: t('batch.make_up_from'), value: from ?? '', hint: '2026-06-01' },
    { name: 'make_up_fee', label: t('batch.make_up_fee'), value: fee_fen === null ? '' : yuan(fee_fen), hint: t('pay.amount_hint') },
    { name: 'make_up', label: t('batch.make_up_words'), value: plan.make_up.words, hint: t('batch.make_up_hint'), tall: true },
  ];
}

/** A new batch from an earlier one, the newest if none is said. */
export async function askNewBatch(batches: readonly BatchItem[], from: BatchItem | undefined, done: () => Promise<void>): Promise<void> {
  const like = from ? [from] : batches;
  const plan = templateOf(like, dayAt(Date.now()), station.view?.settings.spec ?? '');
  const { school, date } = like[0]?.batch.plan ?? { school: '', date: '' };
  sheet.form({
    name: 'batch',
    title: t('batch.new_title'),
    note: like.length ? t('batch.from_template', { school, date }) : undefined,
    fields: await planFields(plan),
    submit: t('batch.make'),
    done: async (values) => {
      const made = planOf(values, plan);
      if (typeof made === 'string') return made;
      const answer = await station.ask('batch.new', made);
      if (answer) await done();
      return answer !== null;
    },
  });
}

/** Another plan for a batch that is there. */
export async function askEditBatch({ batch }: BatchItem, done: () => Promise<void>): Promise<void> {
  sheet.form({
    name: 'batch',
    title: t('batch.edit_title'),
    fields: await planFields(batch.plan),
    submit: t('batch.save'),
    done: async (values) => {
      const plan = planOf(values, batch.plan);
      if (typeof plan === 'string') return plan;
      const answer = await station.ask('batch.edit', { batch: batch.id, plan });
      if (answer) await done();
      return answer !== null;
    },
  });
}

/** A day for those who remain of a batch; only what differs is asked. */
export function askMakeUp({ batch }: BatchItem, done: () => Promise<void>): void {
  const { plan } = batch;
  sheet.form({
    name: 'make-up',
    title: t('batch.make_up_title', { school: plan.school, date: plan.date }),
    note: t('batch.make_up_note'),
    fields: [
      { name: 'date', label: t('batch.date'), value: dayAt(Date.now()), hint: '2026-06-01' },
      { name: 'place', label: t('batch.place'), value: plan.place },
      { name: 'group', label: t('batch.group'), value: plan.group },
    ],
    submit: t('batch.make_up_make'),
    done: async ({ date = '', place = '', group = '' }) => {
      const day = dayOf(date);
      if (day === null) return t('ask.bad_day');
      const made = await station.ask('batch.make_up', { batch: batch.id, plan: { ...plan, date: day, place, group } });
      if (!made) return false;
      tell('good', 'make_up_made', 'batch.make_up_made', { people: made.people, paid: made.paid, retakes: made.retakes });
      await done();
      return true;
    },
  });
}

/** The plan of a filled form, or what is wrong with it. */
export function planOf(values: Values, before: BatchPlan): BatchPlan | string {
  if (!values.school) return t('batch.no_school');
  const date = dayOf(values.date ?? '');
  if (date === null) return t('ask.bad_day');
  const kind = values.fee as FeeRule['kind'];
  const fen = kind === 'none' ? 0 : fenOf(values.amount ?? '');
  if (fen === null || (kind !== 'none' && fen === 0)) return t('pay.bad_amount');
  const from = values.make_up_from ? dayOf(values.make_up_from) : null;
  if (values.make_up_from && from === null) return t('ask.bad_day');
  const makeUpFee = values.make_up_fee ? fenOf(values.make_up_fee) : null;
  if (values.make_up_fee && makeUpFee === null) return t('pay.bad_amount');
  const desk = values.way === 'desk';
  return {
    school: values.school,
    date,
    place: values.place ?? '',
    group: values.group ?? '',
    spec: values.spec ?? '',
    fee: kind === 'none' ? { kind } : { kind, amount_fen: fen },
    way: desk ? 'desk' : 'booth',
    // Two proofs need two places.
    double_proof: desk && values.double_proof === 'yes',
    masked_names: values.masked_names === 'yes',
    naming: values.naming ?? '',
    consent: { version: values.consent_version ?? '', text: values.consent ?? '' },
    upload_allowed: values.upload === 'yes',
    make_up: { words: values.make_up ?? '', from, fee_fen: makeUpFee },
    make_up_of: before.make_up_of,
  };
}
