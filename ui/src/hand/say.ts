import { spanOf } from '../day/format';
import { t } from '../state/station.svelte';

/** How long something will still take, in words; that nobody knows yet is said, too. */
export function restOf(ms: number | null): string {
  if (ms === null) return t('work.rest_unknown');
  const { unit, ...fill } = spanOf(Math.max(1, Math.round(ms / 1000)));
  // Tenths of a second of a guess are noise.
  return t('work.rest', { span: t(`span.${unit}`, { ...fill, n: String(Math.round(Number(fill.n))) }) });
}
