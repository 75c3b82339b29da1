import { nameOf, type Stroke } from '../keys/stroke';
import { toasts } from '../state/toasts.svelte';

/** Something that can be done on a page, by its key or by its button. */
export interface Action {
  /** Name of the key as `nameOf` gives it. */
  key: string;
  label: string;
  testid: string;
  /** Why it cannot be done now, in a few words. A button that is dead without a reason makes people restart things. */
  why?: string | null | false;
  tone?: 'plain' | 'primary';
  press: () => void;
}

/** Does it, or says why not. */
export function perform(action: Action): void {
  if (action.why) toasts.show({ level: 'warn', code: `why_${action.testid}`, text: { zh: action.why, en: action.why } });
  else action.press();
}

/** Whether the key belongs to one of the actions. Nothing is done while a text is typed. */
export function pressed(actions: readonly Action[], stroke: Stroke): boolean {
  if (stroke.command || stroke.field !== 'none') return false;
  const action = actions.find(({ key }) => key.toLowerCase() === nameOf(stroke).toLowerCase());
  if (action) perform(action);
  return action !== undefined;
}
