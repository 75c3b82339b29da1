import type { ErasePlanView, ExportDone, IntakeItem, JobKind, JobResult, JobView, Operations, OutboxBatch, ParcelView, PrintLayout, ResultLine, UploadStatus } from '../src/api';

/** The handover of the stand-in: what its screens show when a day has gone as days go. `/?hand=sending` and the like. */
const HASH = '9f2c4b7ae01d5c8839aa61f0c27b4e55d0937ab1c4e2f6609b8d3a71e5f4c208';
const contents = { template: '', originals: true, prints: null, short_paths: false, codes: false };
const ago = (minutes: number) => Date.now() - minutes * 60_000;

const parcel = (id: number, change: Partial<ParcelView>): ParcelView => ({
  id, kind: 'bag', name: '某某工业大学-2026-05-13-1', place: '/media/crew/KINGSTON', began_at: ago(30 * id), ended_at: ago(30 * id - 9),
  complete: true, files: 2841, bytes: 9.6e9, missing: 0, contents, bag_checksum: HASH, receipt: null, ...change,
});

export function handOperations(params: URLSearchParams): { [Name in keyof Operations]?: (request: never) => unknown } {
  const state = params.get('hand') ?? '';
  const batch: OutboxBatch = {
    batch: 3, title: '某某工业大学 2026-05-13 大学生活动中心一层 1 组', state: 'sealed', pictures: 1418, bytes: 5.3e7, uploaded: 903,
    exported: state === 'fresh' ? 0 : 1180, waiting: state === 'fresh' ? 1418 : 64, parked: state === 'parked' ? 3 : 0, upload_allowed: state !== 'forbidden',
    failed_review: 6, corrections_due: 2,
    parcels: state === 'fresh' ? [] : [parcel(1, { complete: false, ended_at: ago(21), missing: 312, bag_checksum: null }), parcel(2, {}), parcel(3, { kind: 'sealed', receipt: { signed_by: '李老师', signed_on: '2026-05-13', at: ago(60) } })],
    erased_at: null,
  };
  const upload: UploadStatus = {
    batch: 3, state: state === 'sending' ? 'sending' : state === 'parked' ? 'left' : 'idle', allowed: state !== 'forbidden', hindrance: null, done: 903, total: 1419,
    parked: state === 'parked' ? 3 : 0, bytes_done: 3.4e7, bytes_total: 5.3e7, bytes_per_s: 412_000, rest_ms: 46_000, failure: null, closed: false,
    parked_objects: state !== 'parked' ? [] : [
      { id: 1, portrait: 7, number: 218, fingerprint: 'a41f90c2d7e83b15', key: 'photos/1c3ab7d2-batch-3/a41f90c2d7e83b15/9f2c4b7a.jpg', attempts: 12, conflict: true, since: ago(12), failure: { code: 'upload_conflict', text: { zh: '服务器上同一个名称下已有别的内容，没有覆盖。请联系接收方查明后重试。', en: 'The server has other content under this name; nothing was overwritten. Ask the receiver, then try again.' } } },
      { id: 2, portrait: 8, number: 640, fingerprint: 'b41f90c2d7e83b15', key: 'photos/1c3ab7d2-batch-3/b41f90c2d7e83b15/77aa01d5.jpg', attempts: 9, conflict: false, since: ago(9), failure: { code: 'upload_refused', text: { zh: '服务器拒收这个文件（太大）。请联系接收方。', en: 'The server refuses this file (too large). Ask the receiver.' } } },
      { id: 3, portrait: null, number: null, fingerprint: null, key: 'photos/1c3ab7d2-batch-3/lists/77aa01d5.jsonl', attempts: 9, conflict: false, since: ago(4), failure: { code: 'upload_lost', text: { zh: '服务器说收到了，回头查却没有。请联系接收方。', en: 'The server said that it had it and has not. Ask the receiver.' } } },
    ],
  };
  const lines: ResultLine[] = [3, 18, 40, 77, 102, 131].map((number, n) => ({
    portrait: number, path: `portrait/straight-${number}`, number, fingerprint: 'a41f90c2d7e83b15', masked_name: ['刘*涛', '欧**娜', '王*'][n % 3]!, college: '机械工程学院',
    outcome: (['first_review_failed', 'rejected', 'identity_mismatch'] as const)[n % 3]!, reason: ['闭眼', '背景有阴影', null][n % 3]!, at: ago(3), retaken: n === 1,
  }));
  const item = (file: string, change: Partial<IntakeItem>): IntakeItem => ({
    file: `/home/crew/散拍/${file}`, verdict: 'good', fingerprint: 'a41f90c2d7e83b15', masked_name: '刘*涛', college: '机械工程学院', replaces: false, reasons: [], findings: [], suspicions: [], ...change,
  });
  const checked: JobResult = {
    kind: 'intake_checked', check: 1, good: 3, look: 2, refused: 2,
    items: [
      item('2022110712.jpg', { verdict: 'refused', reasons: [{ zh: '照片里有两张脸。请只拍一个人。', en: 'Two faces in the picture.' }] }),
      item('IMG_0231.jpg', { verdict: 'refused', masked_name: null, college: null, fingerprint: null, reasons: [{ zh: '文件名不是名单里的学号，也不是已知的采集码指纹，旁边也没有采集码。请改用学号命名，或附上采集码图片。', en: 'The name is neither a student number of the roster nor a known fingerprint, and no code lies beside it.' }] }),
      item('2022110745.jpg', { verdict: 'look', suspicions: [{ code: 'editor', value: null, text: { zh: '文件里写着修图软件的名字（meitu）。请确认没有修脸、磨皮。', en: 'The file names a program that edits pictures (meitu). Make sure that the face was not retouched.' } }] }),
      item('2022110746.jpg', { verdict: 'look', replaces: true }),
      item('2022110801.jpg', {}), item('2022110802.jpg', {}), item('2022110803.jpg', {}),
    ],
  };
  const exported: ExportDone & { kind: 'export' } = {
    kind: 'export', parcel: 2, complete: state !== 'broken', safe_to_remove: state !== 'broken', read_from_device: true, place: '/media/crew/KINGSTON/某某工业大学-2026-05-13-1',
    files: 2841, bytes: 9.6e9, written: state === 'broken' ? 2529 : 2841, kept: 0, print_pages: 0, print_remarks: [], bag_checksum: state === 'broken' ? null : HASH, missing_count: state === 'broken' ? 312 : 0,
    missing: state === 'broken' ? Array.from({ length: 40 }, (_, n) => ({ path: `data/originals/机械工程学院/机械设计制造及其自动化/机械2201/20221107${n + 10}.jpg`, item: n, reason: 'device_failed' as const })) : [],
    text: state === 'broken' ? { zh: '没有完成：缺 312 个文件，见清单。请检查 U 盘后用同一名称再导出一次，已写好的不会重写。', en: 'Not complete: 312 files are missing, see the list. Export again under the same name; what is done is kept.' } : { zh: '全部 2841 个文件已写入并读回核对，可以安全拔出。', en: 'All 2841 files were written and read back. Safe to remove.' },
  };
  let job: JobView | null = null;
  let number = 0;
  const begin = (kind: JobKind, result: JobResult) => {
    const slow = state === 'working' ? 600 : 1;
    const began = Date.now();
    const id = ++number;
    const now = (): JobView => {
      const share = Math.min(1, (Date.now() - began) / 1000 / slow + (slow > 1 ? 0.38 : 0));
      return { id, kind, state: share < 1 ? 'running' : 'done', phase: { zh: '读回核对', en: 'Reading back' }, done: Math.floor(2841 * share), total: 2841, share, rest_ms: share > 0.05 ? 312_000 * (1 - share) : null, began_at: began, ended_at: share < 1 ? null : Date.now(), error: null, result: share < 1 ? null : result };
    };
    job = now();
    running = now;
    return job;
  };
  let running: (() => JobView) | null = null;
  const layout = (id: string, zh: string, page: [number, number], places: PrintLayout['places']): PrintLayout => ({ id, name: { zh, en: id }, paper: `${page[0]}×${page[1]} mm`, prints: '25×35 ×8', people: 1, page, places, refused: null });
  const grid = (w: number, h: number, columns: number, rows: number, x: number, y: number) => Array.from({ length: columns * rows }, (_, n) => ({ person: 0, x: x + (n % columns) * (w + 1), y: y + Math.floor(n / columns) * (h + 1), w, h, turned: false }));
  const plan: ErasePlanView = {
    files: [{ kind: 'original', files: 1418, bytes: 9.4e9 }, { kind: 'portrait', files: 1418, bytes: 5.3e7 }], people: 1418, confirmation: { zh: '清除batch-3的2836个文件', en: 'erase 2836 files of batch-3' }, reports_left: 0,
    blocks: [
      { code: 'not_handed_over', text: { zh: '有 64 个文件还没有交付，清除后无法找回。', en: '64 files were not handed over and cannot be brought back.' }, can_be_confirmed: true },
      { code: 'no_receipt', text: { zh: '没有与交付包校验值一致的签收回执。', en: 'There is no receipt with the checksum of the bag that was delivered.' }, can_be_confirmed: true },
      ...(state === 'sending' ? [{ code: 'uploads_open', text: { zh: '还有 12 个上传未完成。请先等待完成或停止上传。', en: '12 uploads are open. Let them finish or stop them first.' }, can_be_confirmed: false }] : []),
    ],
  };
  return {
    'outbox.list': () => [batch, { ...batch, batch: 2, title: '某某师范大学 2026-05-10 体育馆', waiting: 0, pictures: 820, parcels: [] }, { ...batch, batch: null, title: '', state: null, pictures: 4, waiting: 4, parcels: [] }],
    'outbox.items': () => Array.from({ length: 40 }, (_, n) => ({ portrait: n, path: `portrait/straight-${n}`, number: 101 + n, fingerprint: 'a41f90c2d7e83b15', masked_name: ['刘*涛', '欧**娜', '王*'][n % 3], college: '机械工程学院', accepted_at: ago(n), uploaded: n % 3 > 0, exported: n % 4 > 0, from_elsewhere: n === 5 })),
    'upload.settings.get': () => ({ target: state === 'nowhere' ? null : { kind: 's3', endpoint: 'https://s3.example.edu.cn:9000', region: 'us-east-1', bucket: 'graduates-2026', path_style: true, access_key: 'crew-7', conditional_put: true }, secret: null, secret_kept: true, secret_place: 'keyring', proxy: 'system', ca_pem: null, allow_plain_http: false, parallel: 4, recipient: null, originals: false, allow_without_batch: false }),
    'upload.settings.save': (settings: never) => settings,
    'upload.status': () => upload,
    'upload.start': () => upload,
    'upload.pause': () => ({}),
    'upload.stop': () => ({}),
    'upload.allow': () => upload,
    'upload.release_parked': () => upload,
    'results.list': () => lines,
    'results.preview': () => ({
      file: { file: '审核结果0520.xlsx', kind: 'xlsx', encoding: null, sheets: [], mapping: { sheet: 'Sheet1', heading_row: 1, columns: ['student_no', 'result', 'reason'] }, columns: [{ letters: 'A', heading: '学号', field: 'student_no', samples: ['2022****45'] }, { letters: 'B', heading: '审核结果', field: 'result', samples: ['通过'] }, { letters: 'C', heading: '备注', field: 'reason', samples: ['闭眼'] }], rows: 1400, remarks: [] },
      matched: { rows: 1400, passed: 1391, failed: lines, unmatched: [{ row: 14, code: 'nobody', text: { zh: '这一批没有这个学号（2022****99）。请核对是不是别的学校或批次的文件。', en: 'Nobody of this batch has this number (2022****99).' } }, { row: 902, code: 'names_disagree', text: { zh: '学号对得上，姓名对不上。没有采用，请人工核对。', en: 'The number fits, the name does not. Not taken: check by hand.' } }], without_result: 18 },
      refusal: null,
    }),
    'export.drives': () => (state === 'nostick' ? [] : [
      { name: 'KINGSTON', mount_point: '/media/crew/KINGSTON', file_system: 'ex_fat', file_system_name: 'exfat', total: 62e9, free: 41e9, removable: true, read_only: false },
      { name: '移动硬盘', mount_point: '/media/crew/移动硬盘', file_system: 'ntfs', file_system_name: 'ntfs3', total: 1e12, free: 3e9, removable: true, read_only: true },
    ]),
    'export.plan': () => ({
      name: '某某工业大学-2026-05-13-1', drive: null, people: 1418, files: 2841, bytes: 9.45e9, needed: 9.6e9, free: 41e9, problems: state === 'full' ? [{ zh: '空间不够，还差 6120 MB。请换一个更大的 U 盘或腾出空间。', en: '6120 MB are missing. Take a larger stick or free some space.' }] : [],
      notices: [{ zh: '218 号：没有“学号”，已用别的代替', en: 'Number 218: has no student_no' }, { zh: '640 号：与另外 1 人重名，已加区分', en: 'Number 640: shares its name with 1 others; told apart' }, { zh: '641 号：与另外 1 人重名，已加区分', en: 'Number 641: shares its name with 1 others; told apart' }],
      sample: ['data/portraits/机械工程学院/2022110701.jpg', 'data/portraits/机械工程学院/2022110702.jpg', 'data/portraits/机械工程学院/2022110703.jpg', 'data/originals/机械工程学院/2022110701.jpg', 'data/lists/list.xlsx'], resumes: state === 'broken',
    }),
    'export.start': () => begin('export', exported),
    'prints.layouts': () => [layout('notice', '通知版（小二寸 4 + 一寸 8）', [152, 102], [...grid(33, 45, 4, 1, 4, 4), ...grid(25, 35, 5, 1, 4, 55)]), layout('one', '一寸 8 张', [127, 89], grid(25, 35, 4, 2, 8, 6)), layout('two', '二寸 4 张', [127, 89], grid(35, 49, 3, 1, 5, 10)), { ...layout('bad', 'school', [10, 10], []), refused: { zh: '第 12 行：照片互相重叠', en: 'line 12: prints overlap' } }],
    'prints.plan': () => ({ people: 1418, packets: 47, pages: 1465 }),
    'prints.start': () => begin('prints', { kind: 'prints', files: ['/home/crew/冲印/batch-3-prints-001.pdf', '/home/crew/冲印/batch-3-prints-002.pdf'], pages: 1465, people: 1418, remarks: [{ portrait: 3, number: 218, text: { zh: '35×49 mm：头部位置不完全合规格，请看一眼。', en: '35×49 mm: the head is not quite where the size wants it. Look at it.' } }] }),
    'intake.check': () => begin('intake_check', checked),
    'intake.take': () => begin('intake_take', { kind: 'intake_taken', taken: 4, not_taken: [] }),
    'intake.refusals': () => ({ files: ['/home/crew/散拍/退回清单-1.xlsx', '/home/crew/散拍/退回清单-1.csv'] }),
    'correction.plan': () => ({
      nothing: false, name: '某某工业大学-2026-05-13-1-勘误1', files: 3, bytes: 91_000, change_count: 3,
      changes: [
        { path: 'data/portraits/机械工程学院/2022110701.jpg', action: { do: 'replace' }, reason: 'was_anothers', old: 'straight-3', new: 'straight-8' },
        { path: 'data/portraits/机械工程学院/2022110702.jpg', action: { do: 'replace' }, reason: 'was_anothers', old: 'straight-8', new: 'straight-3' },
        { path: 'data/portraits/外国语学院/2022110833.jpg', action: { do: 'add' }, reason: 'late', old: null, new: 'straight-12' },
      ],
    }),
    'correction.start': () => begin('correction', { ...exported, files: 3 }),
    'erase.plan': () => plan,
    'erase.records': () => [{ record: 1, batch: 1, name: 'batch-1', at: ago(60 * 24 * 3), erased: [{ kind: 'original', files: 612, bytes: 4e9 }, { kind: 'portrait', files: 612, bytes: 2e7 }], people: 612, gone_before: 0, failed: 0, list_hash: HASH, bag_checksum: HASH, confirmed: ['retained'] }],
    'erase.start': () => begin('erase', { kind: 'erased', record: 2, batch: 3, name: 'batch-3', at: Date.now(), erased: plan.files, people: 1418, gone_before: 0, failed: 0, list_hash: HASH, bag_checksum: HASH, confirmed: [] }),
    'verify.bag': () => begin('verify_bag', { kind: 'bag', valid: false, sound: 2840, bytes: 9.6e9, problems: [{ path: 'data/portraits/机械工程学院/2022110702.jpg', kind: 'altered' }], problem_count: 1, bag_checksum: null, text: { zh: '这个交付包有 1 处问题。', en: 'This parcel has 1 problem.' } }),
    'job.status': ({ job: asked }: Operations['job.status']['request']) => (running && (asked === null || asked === number) ? (job = running()) : null),
    'job.cancel': () => ((running = null), job && { ...job, state: 'cancelled', error: { code: 'cancelled', text: { zh: '已停止。', en: 'Stopped.' } } }),
  };
}
