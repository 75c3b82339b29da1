import { screen } from './screen.svelte';
import { station } from './station.svelte';

/** Shoots the empty seat and shows what came of it; a refusal is told where every refusal is. */
export async function shootPlate(): Promise<void> {
  if (station.isAsking('plate.shoot')) return;
  if (await station.ask('plate.shoot', {})) screen.open('plate');
}
