import type { CheckIn, CodeSource, DeskView, FeeRule, PaymentTaken } from '../api';
import { feeIsDue } from './format';

/** Who stands at the desk, with everything that goes with the number. */
export interface AtDesk {
  /** As it was read, character by character. */
  code: string | null;
  source: CodeSource;
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
  /** The number is there already and waits, or is at a booth. */
  | 'has_number'
  /** Money, or a proof of it. */
  | 'payment'
  /** 补录, or money. */
  | 'not_on_bill'
  /** There is a picture: why another one? */
  | 'retake_reason'
  /** Something that only the sentence of the core tells. */
  | 'refused';

/** The next step for somebody at the desk. */
export function nextStepFor(at: AtDesk, rule: FeeRule): NextStep {
  const { view } = at;
  const stage = view.ticket?.stage.kind;
  const over = stage === undefined || stage === 'shot' || stage === 'left' || stage === 'refused';
  if (!over) return 'has_number';
  if (stage === 'shot' && view.retake === null && !at.retakeReason) return 'retake_reason';
  const settled = at.payment !== null || !view.person || !feeIsDue(rule, view.person.fee);
  if (!settled) return view.person?.fee === 'not_on_bill' && rule.kind === 'prepaid' ? 'not_on_bill' : 'payment';
  // What stood in the way may just have been put right; the core judges again with the number.
  const putRight = at.payment !== null || (stage === 'shot' && at.retakeReason !== null);
  if (view.refusal && !putRight) return view.person ? 'refused' : feeRefusal(rule);
  return 'check_in';
}

/** Somebody of whom only the code is known is refused for the fee where there is one. */
function feeRefusal(rule: FeeRule): NextStep {
  if (rule.kind === 'none') return 'refused';
  return rule.kind === 'prepaid' ? 'not_on_bill' : 'payment';
}

/** What is asked of the core for a number. */
export function requestFor(at: AtDesk): CheckIn {
  return {
    code: at.code,
    source: at.code === null ? null : at.source,
    subject: at.view.person?.subject ?? null,
    payment: at.payment,
    consent: at.consent,
    id_card: at.idCard,
    priority: at.priority,
    retake_reason: at.retakeReason,
  };
}
