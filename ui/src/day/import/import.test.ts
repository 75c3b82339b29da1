import { expect, it } from 'vitest';
import type { RosterImported, SheetEntry, SheetMapping } from '../../api';
import { corrected, FIELDS, linesOfRoster, missing, turned } from './import';

const mapping = (...columns: SheetMapping['columns']): SheetMapping => ({ sheet: '', heading_row: 1, columns });

it('a column can be turned through every field and back to none', () => {
  for (const kind of ['roster', 'schedule'] as const) {
    let field = turned(kind, null, 1);
    const seen = [field];
    for (let i = 0; i < FIELDS[kind].length; i++) seen.push((field = turned(kind, field, 1)));
    expect(new Set(seen).size).toBe(FIELDS[kind].length + 1);
    expect(seen.at(-1)).toBeNull();
    expect(turned(kind, null, -1)).toBe(FIELDS[kind].at(-1));
  }
});

it('a field that is given to another column leaves the first', () => {
  expect(corrected(mapping('student_no', 'name', null), 2, 'name').columns).toEqual(['student_no', null, 'name']);
  expect(corrected(mapping('student_no', null, null), 1, null).columns).toEqual(['student_no', null, null]);
});

it('a list without what it cannot do without is told before it is read', () => {
  expect(missing('roster', mapping('name'))).toEqual(['student_no']);
  expect(missing('roster', mapping('serial'))).toEqual([]);
  expect(missing('schedule', mapping('college', 'date'))).toEqual([]);
  expect(missing('schedule', mapping('head_count'))).toEqual(['college', 'slot']);
});

it('remarks of the sheet and of the roster stand together, and what was refused comes first', () => {
  const entry = (row: number, fate: SheetEntry['fate']): SheetEntry => ({
    row, field: 'student_no', column: 'A', fate, code: 'x', text: { zh: '科学计数', en: 'scientific' }, shown: '2.02E+09',
  });
  const imported = {
    sheet: { entries: [entry(4, 'row_refused'), entry(9, 'changed')] },
    roster: { rows: [{ row: 0, outcome: { kind: 'changed', fields: ['name', 'class'] } }, { row: 1, outcome: { kind: 'refused', reason: 'identity_in_use' } }] },
    sheet_rows: [3, 7],
  } as unknown as RosterImported;
  const lines = linesOfRoster(imported, 'zh');
  expect(lines.map(({ row, tone }) => [row, tone])).toEqual([[4, 'bad'], [7, 'bad'], [3, 'good'], [9, 'soft']]);
  expect(lines[2]?.text).toContain('姓名、班级');
  expect(lines[0]).toMatchObject({ where: 'A 学号', text: '科学计数 (2.02E+09)' });
});
