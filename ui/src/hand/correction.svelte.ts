/** Where the next correction goes; remembered while another page is open. */
class Correcting {
  into = $state('');
}

export const correcting = new Correcting();
