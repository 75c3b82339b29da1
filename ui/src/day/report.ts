import type { CaptureBatch } from '../api';
import { Refused } from '../backend/backend';
import { station, t } from '../state/station.svelte';
import { toasts } from '../state/toasts.svelte';
import { sheet } from './sheet.svelte';

/** The files that the day writes: its report with the lists, and the empty roster for the school. */

const FOLDER = 'gradbooth.reports';

function lastFolder(): string {
  try {
    return localStorage.getItem(FOLDER) ?? '';
  } catch {
    return '';
  }
}

function keep(folder: string): void {
  try {
    localStorage.setItem(FOLDER, folder);
  } catch {
    // It is asked for again.
  }
}

/** Says where something was written, and opens its folder if somebody wants to see it. */
function showSaved(name: string, title: string, folder: string, lines: readonly string[]): void {
  const { openFolder } = station.backend;
  sheet.pick({
    name,
    title,
    note: lines.join('\n'),
    options: [
      ...(openFolder ? [{ value: 'open', label: t('report.open_folder') }] : []),
      { value: 'done', label: t('report.close') },
    ],
    done: async (answer) => {
      if (answer !== 'open' || !openFolder) return true;
      try {
        await openFolder.call(station.backend, folder);
      } catch (thrown) {
        toasts.show({ level: 'bad', ...Refused.from(thrown).error });
      }
      return true;
    },
  });
}

/** Where to; a folder that was chosen once is offered again. */
const folderField = () => ({
  name: 'out', label: t('report.folder'), value: lastFolder(), path: { pick: 'folder' as const },
});

/** Report and lists of a batch. */
export function askReport({ id, plan }: CaptureBatch): void {
  sheet.form({
    name: 'report',
    title: t('report.title', { school: plan.school, date: plan.date }),
    note: t('report.note'),
    fields: [folderField()],
    submit: t('report.write'),
    done: async ({ out = '' }) => {
      const made = await station.ask('day.report', { batch: id, out });
      if (!made) return false;
      keep(out);
      const lists = made.lists.map(({ title, rows }) => `${title} ${rows}`).join(' · ');
      showSaved('report-done', t('report.done', { pages: made.pages }), made.folder, [...made.files, '', lists]);
      return true;
    },
  });
}

/** An empty roster to give to the school. */
export function askTemplate(): void {
  sheet.form({
    name: 'template',
    title: t('roster.template'),
    note: t('roster.template_note'),
    fields: [folderField()],
    submit: t('report.write'),
    done: async ({ out = '' }) => {
      const saved = await station.ask('roster.template', { out });
      if (!saved) return false;
      keep(out);
      showSaved('template-done', t('roster.template_done'), saved.folder, [saved.file]);
      return true;
    },
  });
}
