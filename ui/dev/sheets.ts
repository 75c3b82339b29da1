import type { Operations, RosterImported, ScheduleImported, SheetPreview } from '../src/api';

/** Plays the answers about spreadsheets, reports and voices. What is read from a real file is tested in the core. */

const file = (path: string | null) => path?.split(/[\\/]/).at(-1) ?? '名单.xlsx';

function preview({ file: given, kind }: Operations['sheet.preview']['request']): SheetPreview {
  const schedule = kind === 'schedule';
  const columns: SheetPreview['columns'] = schedule
    ? [
        { letters: 'A', heading: '学院', field: 'college', samples: ['机电工程学院', '计算机科学与技术学院'] },
        { letters: 'B', heading: '人数', field: 'head_count', samples: ['155', '162'] },
        { letters: 'C', heading: '采集日期', field: 'date', samples: ['5月13日'] },
        { letters: 'D', heading: '时间', field: 'slot', samples: ['8:00-9:15', '9:15-10:30'] },
        { letters: 'E', heading: '地点', field: 'room', samples: ['体育馆西侧'] },
      ]
    : [
        { letters: 'A', heading: '序号', field: 'serial', samples: ['1', '2', '3'] },
        { letters: 'B', heading: '学号', field: 'student_no', samples: ['2022110745', '2022110746', '2022110747'] },
        { letters: 'C', heading: '学生姓名', field: 'name', samples: ['（虚构）', '（虚构）'] },
        { letters: 'D', heading: '院系', field: 'college', samples: ['机电工程学院', '外国语学院'] },
        { letters: 'E', heading: '班级', field: 'class', samples: ['2201班', '2203班'] },
        { letters: 'F', heading: '缴费情况', field: 'paid', samples: ['已缴', '未缴'] },
        { letters: 'G', heading: '手机', field: null, samples: ['138***00'] },
      ];
  return {
    file: file(given.path), kind: 'xlsx', encoding: null,
    sheets: [{ name: 'Sheet1', hidden: false, known_headings: columns.length - 1 }, { name: '说明', hidden: false, known_headings: 0 }],
    mapping: { sheet: 'Sheet1', heading_row: 2, columns: columns.map((column) => column.field) },
    columns, rows: schedule ? 8 : 1240,
    remarks: [{ field: null, code: 'rows_above_heading', text: { zh: '表头是第 2 行，上面的 1 行是标题或说明，不导入。', en: 'The heading is row 2; the row above it is a title and is not imported.' } }],
  };
}

const report = (rows: number, refused: number): RosterImported['sheet'] => ({
  file: '名单.xlsx', kind: 'xlsx', encoding: null, sheet: 'Sheet1', counts: { rows, taken: rows - refused, changed: 1, incomplete: 0, repeated: 0, refused }, remarks: [], left_out: 0,
  entries: [
    { row: 17, field: 'name', column: 'C', fate: 'changed', code: 'spaces', text: { zh: '去掉了姓名里的空格。', en: 'Spaces in the name were taken out.' }, shown: '张 三' },
    { row: 203, field: 'student_no', column: 'B', fate: 'row_refused', code: 'scientific', text: { zh: '学号被存成科学计数，丢了数字。请学校按文本格式重发这一行。', en: 'The number was stored in scientific notation and lost digits.' }, shown: '2.02E+09' },
  ],
});

export function sheetOperations(): { [Name in keyof Operations]?: (request: never) => unknown } {
  return {
    'sheet.preview': preview,
    'roster.import': ({ dry_run }: Operations['roster.import']['request']): RosterImported => ({
      sheet: report(1240, 1), sheet_rows: [3, 9],
      roster: {
        generation: dry_run ? 0 : 2, added: 1208, changed: 1, unchanged: 29, refused: 1,
        rows: [{ row: 0, outcome: { kind: 'changed', fields: ['class', 'paid'] } }, { row: 1, outcome: { kind: 'refused', reason: 'identity_in_use' } }],
      },
    }),
    'schedule.import': (): ScheduleImported => ({ sheet: { ...report(8, 0), entries: [] }, incomplete: [7], slots: [], board: [] }),
    'roster.template': () => ({ folder: '/home/crew/给学校', file: '/home/crew/给学校/毕业生名单模板.xlsx' }),
    'day.report': () => ({
      folder: '/home/crew/给学校', pages: 2, files: ['/home/crew/给学校/采集日报-2026-05-13-3.pdf', '/home/crew/给学校/采集日报-2026-05-13-3.xlsx'],
      lists: ['已拍', '未到', '其他', '未缴费', '应退费', '补录', '重拍', '人工放行', '更正', '收费'].map((title, i) => ({ title, rows: 482 >> i })),
    }),
    'desk.watch': () => ({}),
    'voice.status': () => ({ program: null }),
  };
}
