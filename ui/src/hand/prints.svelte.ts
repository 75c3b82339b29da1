import type { PrintsKind } from '../api';

/** What has been chosen for the next prints; remembered while another page is open. */
class Printing {
  kind = $state<PrintsKind>('sheets');
  layout = $state('');
  into = $state('');
  cutMarks = $state(true);
  separators = $state(true);
  byClass = $state(false);
}

export const printing = new Printing();
