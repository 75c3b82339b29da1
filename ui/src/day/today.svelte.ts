import type { Page } from './keys';

/** Which page of the day is open; remembered while another place is. */
class Today {
  page = $state<Page>('overview');
  /** The page was there when the place was opened, and nobody has asked for it: it must not take the keys into a field. */
  found = $state(false);

  open(page: Page): void {
    this.found = false;
    this.page = page;
  }
}

export const today = new Today();
