import type { Page } from './keys';

/** Which page of the day is open; remembered while another place is. */
class Today {
  page = $state<Page>('overview');
}

export const today = new Today();
