import type { CodeSource, DeskCode, Issued, PaymentTaken, Person, TicketView } from '../api';
import { play } from '../state/sounds';
import { station, t } from '../state/station.svelte';
import { callNext, day, openCallScreen, tell } from './day.svelte';
import { type AtDesk, mayIssue, nextStepFor, NO_CODE, requestFor, requestOf, type Shown } from './desk';
import { feeOf, METHODS } from './format';
import type { DeskCommand } from './keys';
import { linesOf, moveMark, type QueueAction, allows, targetOf } from './queue';
import { askBooth, askCallSettings, askConsent, askHold, askLateEntry, askNumber, askOperator, askPayment, askReason } from './questions';
import { sheet } from './sheet.svelte';

/** For whom a person is looked up. */
export type SearchPurpose = { kind: 'desk' } | { kind: 'link'; number: number };

/** Who stands at the desk, and what the queue is asked for. */
class Desk {
  at = $state.raw<AtDesk | null>(null);
  /** The number that was given out last; shown until somebody else comes. */
  issued = $state.raw<Issued | null>(null);
  /** An answer of the core is on its way. */
  busy = $state(false);
  /** The search is open, beginning with this text. */
  search = $state.raw<{ text: string; purpose: SearchPurpose } | null>(null);
  /** The marked number of the queue. */
  marked = $state<number | null>(null);
  /** The number of the last step taken here: that is what undoing means, even where the number has left the queue. */
  last = $state<number | null>(null);
  #asked = 0;
  /** The camera saw a code that nobody had time for. */
  #missed = false;

  get rule() {
    return day.open?.batch.plan.fee ?? ({ kind: 'none' } as const);
  }

  get step() {
    return this.at ? nextStepFor(this.at) : null;
  }

  /** Whether the digits are ways of paying. */
  get paying(): boolean {
    if (!this.at || this.rule.kind === 'none') return false;
    return this.at.payment !== null || this.step === 'payment' || this.step === 'not_on_bill';
  }

  get target(): TicketView | null {
    return targetOf(day.queue, this.marked, day.boothName);
  }

  /** Somebody shows a code. */
  takeCode(code: string, source: CodeSource): void {
    if (sheet.spec) return tell('warn', 'finish_first', 'desk.finish_first');
    if (!day.open) return tell('warn', 'no_batch', 'desk.no_batch');
    if (this.busy && this.at) return tell('warn', 'too_fast', 'desk.too_fast');
    // Somebody was found by name and only the code was missing: this is the code.
    const found = this.step === 'code' ? this.at?.view.person?.subject : undefined;
    const shown = { code, seen: null, source };
    if (found !== undefined) return void this.look(shown, found);
    if (this.at) tell('warn', 'left_without_number', 'desk.left_without_number');
    this.search = null;
    void this.look(shown, null);
  }

  /** The camera sees a code. Unlike a gun it sees everybody's, so it pushes nobody aside who stands here. */
  takeSeen({ seen, fingerprint }: DeskCode): void {
    if (fingerprint === this.issued?.ticket.fingerprint) return;
    if (!day.open || fingerprint === this.at?.view.fingerprint) return;
    const person = this.step === 'code' ? (this.at?.view.person?.subject ?? null) : null;
    if (sheet.spec || this.busy || (this.at && person === null)) {
      this.#missed = true;
      if (this.at) tell('warn', 'another_code', 'desk.another_code');
      return;
    }
    this.search = null;
    void this.look({ code: null, seen, source: 'camera' }, person);
  }

  /** Whoever is left before the camera is the next one. */
  #lookAgain(): void {
    if (!this.#missed) return;
    this.#missed = false;
    void station.attempt('desk.watch', { open: true });
  }

  /** Looks at a code, a person or both; what was chosen for the one before is forgotten. */
  async look(shown: Shown, subject: number | null): Promise<void> {
    const turn = ++this.#asked;
    this.busy = true;
    this.issued = null;
    const same = this.at && this.at.shown.code === shown.code && this.at.shown.seen === shown.seen;
    if (!same) this.at = null;
    const view = await station.ask('desk.look', { ...requestOf(shown), subject });
    // Somebody else may have come while the disk was slow.
    if (turn !== this.#asked) return;
    this.busy = false;
    if (!view) {
      sound('warning');
      return;
    }
    const priority = view.retake !== null;
    this.at = { shown, view, payment: null, consent: true, idCard: true, priority, retakeReason: null };
    // A code names nobody: where only people of the bill get a number, who it is comes next. No sound: all is well.
    if (!view.person && this.step === 'not_on_bill' && (day.open?.subjects ?? 0) > 0) {
      this.search = { text: '', purpose: { kind: 'desk' } };
    } else if (!mayIssue(this.at)) sound('warning');
  }

  async checkIn(): Promise<void> {
    const { at } = this;
    if (!at || this.busy || (this.step !== 'check_in' && this.step !== 'back')) return;
    if (this.step === 'check_in' && !at.idCard) return tell('warn', 'no_id_card', 'desk.no_id_card');
    if (this.step === 'check_in' && !at.consent) return tell('warn', 'no_consent', 'desk.no_consent_yet');
    const turn = ++this.#asked;
    this.busy = true;
    const issued = await station.ask('desk.check_in', requestFor(at));
    if (turn !== this.#asked) return;
    this.busy = false;
    if (!issued) return sound('warning');
    this.at = null;
    this.issued = issued;
    sound('issued');
    this.#lookAgain();
    void day.refreshQueue();
  }

  clear(): void {
    this.#asked++;
    this.busy = false;
    if (this.search) this.search = null;
    else if (this.at || this.issued) {
      this.at = null;
      this.issued = null;
    } else this.marked = null;
    if (!this.at) this.#lookAgain();
  }

  #change(change: Partial<AtDesk>): void {
    if (this.at) this.at = { ...this.at, ...change };
  }

  /** A person of the roster was chosen. */
  async choose(person: Person): Promise<void> {
    const purpose = this.search?.purpose;
    this.search = null;
    if (purpose?.kind === 'link') {
      await station.ask('queue.link', { number: purpose.number, subject: person.subject });
      return day.refreshQueue();
    }
    await this.look(this.at?.shown ?? NO_CODE, person.subject);
  }

  run(command: DeskCommand): void {
    switch (command.do) {
      case 'check_in':
        return void this.checkIn();
      case 'clear':
        return this.clear();
      case 'search':
        this.search = { text: '', purpose: { kind: 'desk' } };
        return;
      case 'search_from':
        this.search = { text: command.digit, purpose: { kind: 'desk' } };
        return;
      case 'id_card':
        return this.#change({ idCard: !this.at?.idCard });
      case 'consent':
        return this.#change({ consent: !this.at?.consent });
      case 'consent_text':
        return askConsent((consent) => this.#change({ consent }));
      case 'priority':
        return this.#change({ priority: !this.at?.priority });
      case 'method':
        return this.#pay(command.index);
      case 'payment':
        return askPayment(this.rule, (taken) => this.#take(taken));
      case 'late_entry':
        return askLateEntry(this.rule, (person) => this.choose(person), this.at?.view.person?.key);
      case 'retake':
        return askReason('retake-reason', t('desk.retake_title'), t('desk.retake_note'), async (retakeReason) => {
          this.#change({ retakeReason });
          return true;
        });
      case 'next':
        return void this.next();
      case 'call_number':
        return askNumber((number) => this.#step('queue.call', number, { booth: day.booth || null }));
      case 'booth':
        return askBooth();
      case 'operator':
        return askOperator();
      case 'call_screen':
        return void openCallScreen();
      case 'call_settings':
        return void askCallSettings();
      case 'mark':
        this.marked = moveMark(linesOf(day.queue), this.marked, command.by);
        return;
      case 'ticket':
        return this.act(command.action);
    }
  }

  #pay(index: number): void {
    const method = METHODS[index];
    if (!method) return;
    const free = method === 'proof_shown' || method === 'waived';
    void this.#take({ method, amount_fen: free ? 0 : feeOf(this.rule), cashier: day.operator || null });
  }

  /** Money goes with the number; somebody who has one pays for it at once. */
  async #take(payment: PaymentTaken): Promise<boolean> {
    const ticket = this.at?.view.ticket;
    if (!ticket || this.step !== 'has_number') {
      this.#change({ payment });
      return true;
    }
    const answer = await station.ask('payment.take', { subject: null, number: ticket.number, payment });
    if (answer) tell('good', 'payment_taken', 'pay.taken', { number: ticket.number });
    return answer !== null;
  }

  async next(): Promise<void> {
    const ticket = await callNext(day.booth || null);
    if (ticket) this.marked = this.last = ticket.number;
    await day.refreshQueue();
  }

  /** Does something with the number that is meant. */
  act(action: QueueAction): void {
    if (action === 'undo' && this.last !== null) return void this.#step('queue.undo', this.last, {});
    const ticket = this.target;
    if (!ticket) return tell('warn', 'no_mark', 'queue.no_mark');
    if (!allows(action, ticket)) return tell('warn', 'not_now', 'queue.not_now', { number: ticket.number });
    const { number } = ticket;
    const booth = ticket.stage.kind === 'called' ? ticket.stage.booth : day.booth || null;
    switch (action) {
      case 'hold':
        return askHold(ticket, (reason) => this.#step('queue.hold', number, { reason }));
      case 'refuse':
        return askReason('refuse', t('queue.refuse_title', { number }), t('queue.refuse_note'), (reason) =>
          this.#step('queue.refuse', number, { reason }),
        );
      case 'link':
        this.search = { text: '', purpose: { kind: 'link', number } };
        return;
      case 'prioritise':
        return void this.#step('queue.prioritise', number, { priority: !ticket.priority });
      case 'call':
      case 'recall':
        return void this.#step(action === 'call' ? 'queue.call' : 'queue.recall', number, { booth });
      default:
        return void this.#step(`queue.${action}`, number, {});
    }
  }

  async #step<Name extends TicketStep>(name: Name, number: number, more: Omit<Parameters<typeof station.ask<Name>>[1], 'number'>): Promise<boolean> {
    // A key pressed twice in a hurry is meant once.
    if (station.isAsking(name)) return false;
    const ticket = await station.ask(name, { number, ...more } as Parameters<typeof station.ask<Name>>[1]);
    if (ticket) this.last = name === 'queue.undo' ? null : number;
    if (ticket) this.marked = ['shot', 'left', 'refused'].includes(ticket.stage.kind) ? null : ticket.number;
    await day.refreshQueue();
    return ticket !== null;
  }
}

type TicketStep =
  | 'queue.call' | 'queue.recall' | 'queue.pass' | 'queue.hold' | 'queue.back'
  | 'queue.leave' | 'queue.refuse' | 'queue.prioritise' | 'queue.undo';

function sound(name: 'issued' | 'warning'): void {
  if (station.view?.settings.sound) play(name);
}

export const desk = new Desk();
