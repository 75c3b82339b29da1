import type { HallStatus } from '../api';
import { station } from '../state/station.svelte';

/** How often the room of the hall is looked at while it is open. */
const LOOK_MS = 1_500;

/** What the hall's screens know. */
class HallState {
  status = $state.raw<HallStatus | null>(null);

  async refresh(): Promise<void> {
    const { answer } = await station.attempt('hall.status', {});
    if (answer) this.status = answer;
  }

  /** Keeps it fresh until the returned function is called. */
  follow(): () => void {
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = async (): Promise<void> => {
      await this.refresh();
      if (!over) timer = setTimeout(() => void again(), LOOK_MS);
    };
    void again();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }
}

export const hall = new HallState();
