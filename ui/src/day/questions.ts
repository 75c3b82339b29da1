import type { BatchItem, BatchPlan, FeeRule, PaymentMethod, Person, TicketView } from '../api';
import { station, t, tFor } from '../state/station.svelte';
import { day } from './day.svelte';
import { dayAt, dayOf, fenOf, feeOf, HOLD_REASONS, METHODS, nobody, numberOf, templateOf, yuan } from './format';
import { type FormField, sheet, type Values } from './sheet.svelte';

/** The questions that the day's screens ask, each as one sheet. What is answered is done by who asks. */

const choices = (group: string, names: readonly string[]) => names.map((value) => ({ value, label: tFor(group, value) }));
const yesNo = () => choices('choice', ['yes', 'no']);
const flag = (on: boolean) => (on ? 'yes' : 'no');

/** Who sits here. */
export function askOperator(): void {
  sheet.form({
    name: 'operator',
    title: t('operator.title'),
    note: t('operator.note'),
    fields: [{ name: 'name', label: t('operator.name'), value: day.operator }],
    submit: t('do.confirm'),
    done: async ({ name = '' }) => {
      const answer = await station.ask('operator.set', { name });
      if (answer) day.operator = answer.name;
      return answer !== null;
    },
  });
}

/** To which booth numbers are called from here. */
export function askBooth(): void {
  sheet.form({
    name: 'booth',
    title: t('booth.title'),
    note: t('booth.note', { name: station.view?.station ?? '' }),
    fields: [{ name: 'booth', label: t('booth.name'), value: day.booth }],
    submit: t('do.confirm'),
    done: ({ booth = '' }) => {
      day.callTo(booth);
      return true;
    },
  });
}

/** How much was paid, how, and to whom. */
export function askPayment(rule: FeeRule, done: (taken: { amount_fen: number; method: PaymentMethod; cashier: string | null }) => Promise<boolean>): void {
  sheet.form({
    name: 'payment',
    title: t('pay.title'),
    note: rule.kind === 'prepaid' ? t('pay.note_prepaid') : t('pay.note'),
    fields: [
      { name: 'method', label: t('pay.method'), value: rule.kind === 'prepaid' ? 'proof_shown' : 'cash', options: choices('method', METHODS) },
      { name: 'amount', label: t('pay.amount'), value: yuan(feeOf(rule)), hint: t('pay.amount_hint') },
      { name: 'cashier', label: t('pay.cashier'), value: day.operator, hint: t('pay.cashier_hint') },
    ],
    submit: t('pay.submit'),
    done: ({ method = 'cash', amount = '', cashier = '' }) => {
      const free = method === 'proof_shown' || method === 'waived';
      const fen = free ? 0 : fenOf(amount);
      if (fen === null || (fen === 0 && !free)) return t('pay.bad_amount');
      return done({ amount_fen: fen, method: method as PaymentMethod, cashier: cashier || null });
    },
  });
}

/** 补录: who, and on whose word. */
export function askLateEntry(rule: FeeRule, done: (person: Person) => Promise<void>, number = ''): void {
  const text = (name: string, label: string, value = ''): FormField => ({ name, label, value });
  sheet.form({
    name: 'late-entry',
    title: t('late.title'),
    note: t('late.note'),
    fields: [
      { ...text('student_no', t('person.student_no'), number), hint: t('late.student_no_hint') },
      text('name', t('person.name')),
      text('college', t('person.college')),
      text('class', t('person.class')),
      ...(rule.kind === 'none' ? [] : [{ ...text('paid', t('late.paid'), 'unknown'), options: choices('paid', ['yes', 'no', 'unknown']) }]),
      { ...text('reason', t('late.reason')), hint: t('late.reason_hint') },
    ],
    submit: t('late.submit'),
    done: async (values: Values) => {
      if (!values.student_no) return t('late.no_student_no');
      if (!values.reason) return t('ask.reason_needed');
      const paid = values.paid === 'yes' ? true : values.paid === 'no' ? false : null;
      const { student_no, name, college, class: group } = values;
      const subject = { ...nobody(), student_no, name: name || null, college: college || null, class: group || null, paid };
      const person = await station.ask('late_entry.add', { batch: null, subject, reason: values.reason });
      if (person) await done(person);
      return person !== null;
    },
  });
}

/** A reason in a person's own words. */
export function askReason(name: string, title: string, note: string, done: (reason: string) => Promise<boolean>, value = ''): void {
  sheet.form({
    name,
    title,
    note,
    fields: [{ name: 'reason', label: t('ask.reason'), value }],
    submit: t('do.confirm'),
    done: ({ reason = '' }) => (reason ? done(reason) : t('ask.reason_needed')),
  });
}

/** What somebody has to put right. */
export function askHold(ticket: TicketView, done: (reason: (typeof HOLD_REASONS)[number]) => Promise<boolean>): void {
  sheet.pick({
    name: 'hold',
    title: t('hold.title', { number: ticket.number }),
    note: t('hold.note'),
    options: choices('hold', HOLD_REASONS),
    done: (reason) => done(reason as (typeof HOLD_REASONS)[number]),
  });
}

/** Calls a number that somebody says. */
export function askNumber(done: (number: number) => Promise<boolean>): void {
  sheet.form({
    name: 'call-number',
    title: t('queue.call_number'),
    fields: [{ name: 'number', label: t('card.number'), value: '' }],
    submit: t('queue.call'),
    done: ({ number = '' }) => {
      const wanted = numberOf(number);
      return wanted === null ? t('ask.bad_number') : done(wanted);
    },
  });
}

/** A new batch from the newest one, or another plan for one that is there. */
export async function askBatch(batches: readonly BatchItem[], edited: BatchItem | null, done: () => Promise<void>): Promise<void> {
  const specs = (await station.ask('spec.list', {}))?.filter((spec) => spec.refused === null) ?? [];
  const fallback = station.view?.spec.id ?? specs[0]?.id ?? '';
  const plan = edited?.batch.plan ?? templateOf(batches, dayAt(Date.now()), fallback);
  const free = plan.fee.kind === 'none';
  sheet.form({
    name: 'batch',
    title: edited ? t('batch.edit_title') : t('batch.new_title'),
    note: edited || !batches.length ? undefined : t('batch.from_template'),
    fields: [
      { name: 'school', label: t('batch.school'), value: plan.school },
      { name: 'date', label: t('batch.date'), value: plan.date, hint: '2026-05-13' },
      { name: 'place', label: t('batch.place'), value: plan.place },
      { name: 'group', label: t('batch.group'), value: plan.group },
      { name: 'spec', label: t('batch.spec'), value: plan.spec, options: specs.map(({ id, name }) => ({ value: id, label: name[station.language] })) },
      { name: 'way', label: t('batch.way'), value: plan.way, options: choices('way', ['desk', 'booth']) },
      { name: 'fee', label: t('batch.fee'), value: plan.fee.kind, options: choices('fee_rule', ['none', 'prepaid', 'on_the_spot']) },
      { name: 'amount', label: t('batch.amount'), value: free ? '' : yuan(feeOf(plan.fee)), hint: t('batch.amount_hint') },
      { name: 'double_proof', label: t('batch.double_proof'), value: flag(plan.double_proof), options: yesNo() },
      { name: 'masked_names', label: t('batch.masked_names'), value: flag(plan.masked_names), options: yesNo() },
      { name: 'naming', label: t('batch.naming'), value: plan.naming },
      { name: 'consent_version', label: t('batch.consent_version'), value: plan.consent.version },
      { name: 'upload', label: t('batch.upload'), value: flag(plan.upload_allowed), options: yesNo() },
      { name: 'consent', label: t('batch.consent'), value: plan.consent.text, tall: true },
    ],
    submit: edited ? t('batch.save') : t('batch.make'),
    done: async (values) => {
      const made = planOf(values);
      if (typeof made === 'string') return made;
      const answer = edited
        ? await station.ask('batch.edit', { batch: edited.batch.id, plan: made })
        : await station.ask('batch.new', made);
      if (answer) await done();
      return answer !== null;
    },
  });
}

/** The plan of a filled form, or what is wrong with it. */
function planOf(values: Values): BatchPlan | string {
  if (!values.school) return t('batch.no_school');
  const date = dayOf(values.date ?? '');
  if (date === null) return t('ask.bad_day');
  const kind = values.fee as FeeRule['kind'];
  const fen = kind === 'none' ? 0 : fenOf(values.amount ?? '');
  if (fen === null || (kind !== 'none' && fen === 0)) return t('pay.bad_amount');
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
  };
}
