import type { Field, Language, RosterImported, ScheduleImported, SheetEntry, SheetListKind, SheetMapping } from '../../api';
import { word, wordFor } from '../../i18n/words';

/** What came of a spreadsheet, and what its columns are: the parts that are no screen. */

/** What a column of a list can be, in the order in which lists usually have them. */
export const FIELDS: Record<Exclude<SheetListKind, 'results'>, readonly Field[]> = {
  roster: ['student_no', 'name', 'college', 'major', 'class', 'paid', 'sex', 'id_number', 'exam_no', 'level', 'college_code', 'school_code', 'serial'],
  schedule: ['college', 'college_code', 'head_count', 'date', 'slot', 'start', 'end', 'room', 'group', 'note'],
};

/** The field that comes after, or before, another when a column is corrected by hand; `null` for a column that is not wanted. */
export function turned(kind: keyof typeof FIELDS, field: Field | null, by: 1 | -1): Field | null {
  const all: (Field | null)[] = [null, ...FIELDS[kind]];
  return all[(all.indexOf(field) + by + all.length) % all.length] ?? null;
}

/** The mapping with one column corrected. A field stands in one column: it leaves the one where it was. */
export function corrected(mapping: SheetMapping, column: number, field: Field | null): SheetMapping {
  const columns = mapping.columns.map((known, index) => (index === column ? field : known === field ? null : known));
  return { ...mapping, columns };
}

/** Whether the columns that a list cannot do without are known. */
export function missing(kind: keyof typeof FIELDS, { columns }: SheetMapping): Field[] {
  const has = (field: Field) => columns.includes(field);
  if (kind === 'roster') return has('student_no') || has('serial') ? [] : ['student_no'];
  const time = has('slot') || (has('start') && has('end')) || has('date');
  return [...(has('college') ? [] : (['college'] as const)), ...(time ? [] : (['slot'] as const))];
}

/** One line of the report: what became of a row or a cell. */
export interface Line {
  row: number;
  where: string;
  tone: 'good' | 'warn' | 'bad' | 'soft';
  fate: string;
  text: string;
}

const TONES: Record<SheetEntry['fate'], Line['tone']> = {
  changed: 'soft', doubtful: 'warn', cell_refused: 'warn', repeated: 'soft', row_refused: 'bad',
};

function ofSheet(entries: readonly SheetEntry[], language: Language): Line[] {
  return entries.map(({ row, field, column, fate, text, shown }) => ({
    row,
    where: [column, field && wordFor(language, 'column', field)].filter(Boolean).join(' '),
    tone: TONES[fate],
    fate: wordFor(language, 'fate', fate),
    text: shown ? `${text[language]} (${shown})` : text[language],
  }));
}

const WEIGHT: Record<Line['tone'], number> = { bad: 0, warn: 1, good: 2, soft: 3 };

/** What the school has to put right comes first; the rest in the order of the sheet. */
const worstFirst = (a: Line, b: Line): number => WEIGHT[a.tone] - WEIGHT[b.tone] || a.row - b.row;

/** More lines than this nobody reads on a screen, and they would hold it up. */
export const MOST_LINES = 500;

/** What became of the rows of a roster: in the spreadsheet, then in the roster. */
export function linesOfRoster({ sheet, roster, sheet_rows }: RosterImported, language: Language): Line[] {
  const changed: Line[] = roster.rows.flatMap(({ row, outcome }): Line[] => {
    const at = { row: sheet_rows[row] ?? 0, where: '' };
    if (outcome.kind === 'refused') {
      return [{ ...at, tone: 'bad', fate: wordFor(language, 'fate', 'row_refused'), text: wordFor(language, 'row', outcome.reason) }];
    }
    if (outcome.kind !== 'changed') return [];
    const fields = outcome.fields.map((field) => wordFor(language, 'column', field)).join(language === 'zh' ? '、' : ', ');
    return [{ ...at, tone: 'good', fate: wordFor(language, 'fate', 'updated'), text: word(language, 'import.updated', { fields }) }];
  });
  return [...ofSheet(sheet.entries, language), ...changed].sort(worstFirst);
}

/** The same of a schedule. */
export function linesOfSchedule({ sheet, incomplete }: ScheduleImported, language: Language): Line[] {
  const left: Line[] = incomplete.map((row) => ({
    row, where: '', tone: 'bad', fate: wordFor(language, 'fate', 'row_refused'), text: word(language, 'import.slot_incomplete'),
  }));
  return [...ofSheet(sheet.entries, language), ...left].sort(worstFirst);
}
