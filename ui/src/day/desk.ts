import type { CheckIn, CodeSource, DeskView, PaymentTaken } from '../api';

/** A code in hand: as it was typed, character by character, or its number where the camera read it. */
export interface Shown {
  code: string | null;
  seen: number | null;
  source: CodeSource;
}

/** Nothing in hand. */
export const NO_CODE: Shown = { code: null, seen: null, source: 'gun' };

export const hasCode = ({ code, seen }: Shown): boolean => code !== null || seen !== null;

/** Who stands at the desk, with everything that goes with the number. */
export interface AtDesk {
  shown: Shown;
  view: DeskView;
  payment: PaymentTaken | null;
  consent: boolean;
  idCard: boolean;
  priority: boolean;
  retakeReason: string | null;
}

/** What has to be done before a number can be given out. */
export type NextStep =
  /** Nothing: Enter. */
  | 'check_in'
  /** Passed, held or left before: Enter, and the number of before counts again. */
  | 'back'
  /** The number is there already and waits, or is at a booth. */
  | 'has_number'
  /** Money, or a proof of it. */
  | 'payment'
  /** 补录, a proof or money. */
  | 'not_on_bill'
  /** There is a picture: why another one? */
  | 'retake_reason'
  /** The person is known; the code has still to be scanned. */
  | 'code'
  /** Something that only the sentence of the core tells. */
  | 'refused';

/** What a refusal of the core asks for. Any other one is shown in its own words. */
const STEPS: Record<string, NextStep> = {
  already_queued: 'has_number',
  already_shot: 'retake_reason',
  unpaid: 'payment',
  pay_here: 'payment',
  not_on_bill: 'not_on_bill',
  code_needed: 'code',
};

/** The next step for somebody at the desk. */
export function nextStepFor(at: AtDesk): NextStep {
  const { refusal, ticket } = at.view;
  if (!refusal) return ['passed', 'held', 'left'].includes(ticket?.stage.kind ?? '') ? 'back' : 'check_in';
  const step = STEPS[refusal.code] ?? 'refused';
  // What stood in the way was just put right; the core judges again with the number.
  if ((step === 'payment' || step === 'not_on_bill') && at.payment) return 'check_in';
  if (step === 'retake_reason' && at.retakeReason) return 'check_in';
  return step;
}

/** Whether Enter gives a number. */
export const mayIssue = (at: AtDesk): boolean => {
  const step = nextStepFor(at);
  return step === 'back' || (step === 'check_in' && at.idCard && at.consent);
};

/** How a code in hand is named to the core. */
export const requestOf = ({ code, seen, source }: Shown) => ({ code, seen, source: code === null ? null : source });

/** What is asked of the core for a number. */
export function requestFor(at: AtDesk): CheckIn {
  return {
    ...requestOf(at.shown),
    subject: at.view.person?.subject ?? null,
    payment: at.payment,
    consent: at.consent,
    id_card: at.idCard,
    priority: at.priority,
    retake_reason: at.retakeReason,
  };
}
