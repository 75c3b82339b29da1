import type { ApiError, Field, RosterImported, ScheduleImported, SheetMapping, SheetPreview } from '../../api';
import { station } from '../../state/station.svelte';
import { corrected, FIELDS, type Line, linesOfRoster, linesOfSchedule, missing, turned } from './import';

export type ListKind = keyof typeof FIELDS;

/** Where an import stands: a file is chosen, its columns are looked at, what would happen is told, it is done. */
export type Step = 'file' | 'columns' | 'report' | 'done';

type Imported = { kind: 'roster'; answer: RosterImported } | { kind: 'schedule'; answer: ScheduleImported };

/** One import from the file to the report. Nothing is written before the last step. */
export class Importer {
  readonly kind: ListKind;
  step = $state<Step>('file');
  path = $state('');
  preview = $state.raw<SheetPreview | null>(null);
  mapping = $state.raw<SheetMapping | null>(null);
  imported = $state.raw<Imported | null>(null);
  /** Why the last step was not taken. */
  problem = $state.raw<ApiError | null>(null);
  busy = $state(false);
  /** The column that is marked. */
  at = $state(0);
  /** Roster: names and ID numbers of people who have a number may change too. */
  identitiesToo = $state(false);
  /** Schedule: lines that overlap are meant so. */
  allowOverlap = $state(false);

  constructor(kind: ListKind) {
    this.kind = kind;
  }

  get #file() {
    return { name: '', base64: '', path: this.path };
  }

  get missing(): Field[] {
    return this.mapping ? missing(this.kind, this.mapping) : [];
  }

  readonly lines = $derived.by((): Line[] => {
    const { imported } = this;
    if (!imported) return [];
    const { language } = station;
    return imported.kind === 'roster' ? linesOfRoster(imported.answer, language) : linesOfSchedule(imported.answer, language);
  });

  async #ask<T>(question: Promise<{ answer: T; error: null } | { answer: null; error: ApiError }>): Promise<T | null> {
    if (this.busy) return null;
    this.busy = true;
    const { answer, error } = await question;
    this.busy = false;
    this.problem = error;
    return answer;
  }

  /** Looks at the file; sheet and heading are guessed unless they are said. */
  async look(choice: { sheet: string | null; heading_row: number | null } = { sheet: null, heading_row: null }): Promise<void> {
    if (!this.path.trim()) return;
    const answer = await this.#ask(station.attempt('sheet.preview', { file: this.#file, kind: this.kind, choice }));
    if (!answer) return;
    this.preview = answer;
    this.mapping = answer.mapping;
    this.at = 0;
    this.step = 'columns';
  }

  nextSheet(): void {
    const { preview } = this;
    if (!preview || preview.sheets.length < 2) return;
    const here = preview.sheets.findIndex((sheet) => sheet.name === preview.mapping.sheet);
    const next = preview.sheets[(here + 1) % preview.sheets.length];
    if (next) void this.look({ sheet: next.name, heading_row: null });
  }

  headingAt(row: number): Promise<void> {
    return this.look({ sheet: this.preview?.mapping.sheet ?? null, heading_row: row });
  }

  /** Gives the marked column another meaning. */
  turn(by: 1 | -1): void {
    const { mapping, at } = this;
    if (mapping) this.mapping = corrected(mapping, at, turned(this.kind, mapping.columns[at] ?? null, by));
  }

  /** Tells what would happen, or does it. */
  async run(dryRun: boolean): Promise<void> {
    const { mapping } = this;
    if (!mapping || this.missing.length) return;
    const common = { file: this.#file, mapping, batch: null, dry_run: dryRun };
    if (this.kind === 'roster') {
      const answer = await this.#ask(station.attempt('roster.import', { ...common, identities_too: this.identitiesToo }));
      if (!answer) return;
      this.imported = { kind: 'roster', answer };
    } else {
      const answer = await this.#ask(station.attempt('schedule.import', { ...common, allow_overlap: this.allowOverlap }));
      if (!answer) return;
      this.imported = { kind: 'schedule', answer };
    }
    this.step = dryRun ? 'report' : 'done';
  }

  /** One step back; `false` at the first. */
  back(): boolean {
    this.problem = null;
    if (this.step === 'file' || this.step === 'done') return false;
    this.step = this.step === 'report' ? 'columns' : 'file';
    return true;
  }
}
