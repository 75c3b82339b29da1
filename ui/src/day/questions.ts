import type { FeeRule, PaymentMethod, Person, TicketView } from '../api';
import { callSound, setCallSound } from '../call/sound';
import { findSpeaker } from '../call/voice';
import { station, t, tFor } from '../state/station.svelte';
import { day } from './day.svelte';
import { fenOf, feeOf, HOLD_REASONS, METHODS, nobody, numberOf, yuan } from './format';
import { type FormField, sheet, type Values } from './sheet.svelte';

/** The questions that the day's screens ask, each as one sheet. What is answered is done by who asks. */

/** Names of the core as the choices of a field. */
export const choices = (group: string, names: readonly string[]) => names.map((value) => ({ value, label: tFor(group, value) }));
export const yesNo = () => choices('choice', ['yes', 'no']);
export const flag = (on: boolean) => (on ? 'yes' : 'no');

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

/** The consent text of the batch, to be read aloud or shown; and whether the student agrees. */
export function askConsent(done: (agreed: boolean) => void): void {
  const consent = day.open?.batch.plan.consent;
  sheet.pick({
    name: 'consent',
    title: t('consent.title', { version: consent?.version || t('card.none') }),
    note: consent?.text || t('consent.on_paper'),
    options: choices('consent', ['agreed', 'refused']),
    done: (answer) => {
      done(answer === 'agreed');
      return true;
    },
  });
}

/** What the call screen may do besides showing. */
export async function askCallSettings(): Promise<void> {
  const now = callSound();
  const speaker = await findSpeaker(station.backend, station.language);
  const who = speaker.kind === 'webview' ? speaker.voice.name : speaker.kind === 'program' ? speaker.name : '';
  sheet.form({
    name: 'call-settings',
    title: t('call.settings'),
    note: `${t('call.settings_note')}\n${speaker.kind === 'none' ? t('call.voice_none') : t('call.voice_by', { who })}`,
    fields: [
      { name: 'chime', label: t('call.chime'), value: flag(now.chime), options: yesNo() },
      // Without a voice there is nothing to choose.
      ...(speaker.kind === 'none' ? [] : [{ name: 'voice', label: t('call.voice'), value: flag(now.voice), options: yesNo() }]),
    ],
    submit: t('do.confirm'),
    done: ({ chime, voice }) => {
      setCallSound({ chime: chime === 'yes', voice: voice === 'yes' });
      return true;
    },
  });
}
