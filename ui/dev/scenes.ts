import type { Finding, Guidance, PhotoSpec, PlateNote, ShotView, SittingView, StationView, StripItem } from '../src/api';

const between = (min: number, max: number) => ({ min, max });

export const SPEC: PhotoSpec = {
  id: 'registry-safe',
  name: { zh: '各校通用（30–40 KB）', en: 'Safe for all (30–40 KB)' },
  source: '教毕指〔2017〕99号',
  size: { width: 480, height: 640 },
  dpi: 300,
  file: { min_bytes: 30720, max_bytes: 40000, quality_floor: 60, subsampling: 'auto' },
  background: { mode: 'replace', colour: [100, 197, 255], also_allowed: [], tolerance: 2 },
  bands: {
    head_top: between(50, 110),
    eye_line: between(200, 300),
    face_width: between(180, 300),
    centre_dx: between(-24, 24),
    aim_face_width: 240,
    aim_head_top: 80,
  },
  pose: { roll_warn: 3, roll_fail: 5, yaw_max: 10, pitch_max: 10 },
};

export const sitting = (number: number, ago = 6_000): SittingView => ({
  id: number,
  number,
  fingerprint: 'a41f90c2d7e83b15',
  source: 'camera',
  opened_at: Date.now() - ago,
  retake: false,
});

const finding = (code: Finding['code'], cls: Finding['class'], zh: string, en: string, value?: number, max?: number): Finding => ({
  code,
  class: cls,
  value: value ?? null,
  limit: max === undefined ? null : { min: null, max },
  message: zh,
  message_en: en,
});

export const TILTED: Finding[] = [
  finding('roll', 'retake', '头向左歪了 6.2°，请扶正后重拍', "Head tilted 6.2° to the student's left: shoot again", 6.2, 5),
  finding('light_balance', 'review', '左右脸亮度不一致，请检查灯光', 'The two sides of the face are lit unevenly: check the lamps', 0.71, 0.8),
  finding('metadata', 'info', '文件不含拍摄信息', 'The file holds no shooting data'),
];

export const UNEVEN: Finding[] = [TILTED[1]!, TILTED[2]!];

export const shot = (id: number, findings: Finding[], verdict: ShotView['verdict']): ShotView => ({
  id,
  original: `original/${verdict === 'retake' ? 'tilted' : 'straight'}-${id}`,
  portrait: `candidate/${verdict === 'retake' ? 'tilted' : 'straight'}-${id}`,
  findings,
  verdict,
  geometry: { head_top_px: 82, eye_line_px: 255, face_width_px: 236, centre_dx_px: 3, roll_deg: 0.4 },
  bytes: 35_412,
  quality: 93,
  ms: 742,
});

export const guidance = (good: boolean, tilt: number): Guidance => ({
  bands: [
    { band: 'head_top', value: 80.2, limit: SPEC.bands.head_top, good: true },
    { band: 'eye_line', value: 254.4, limit: SPEC.bands.eye_line, good: true },
    { band: 'face_width', value: 236, limit: SPEC.bands.face_width, good: true },
    { band: 'centre', value: -3, limit: SPEC.bands.centre_dx, good: true },
    { band: 'tilt', value: tilt, limit: between(-3, 3), good },
  ],
  plan: {
    crop: { x: 448, y: 120, w: 384, h: 512 },
    geometry: { head_top_px: 80.2, eye_line_px: 250, face_width_px: 236, centre_dx_px: -3, roll_deg: tilt },
    scale: 1.25,
    shortfalls: [],
  },
  advice: good
    ? { code: 'ready', text: { zh: '可以拍了（空格）', en: 'Ready: press Space' } }
    : {
        code: 'straighten_head',
        text: { zh: '头向左歪了 6°，请扶正后再拍', en: "Head tilted 6° to the student's left: straighten it first" },
      },
  ready: good,
});

export const stripOf = (count: number, last: number): StripItem[] =>
  Array.from({ length: count }, (_, i) => ({
    portrait_id: last - i,
    sitting: last - i,
    number: last - i,
    fingerprint: 'a41f90c2d7e83b15',
    accepted_at: Date.now() - 11_000 * (i + 1),
    portrait: `portrait/straight-${last - i}`,
    original: `original/straight-${last - i}`,
    verdict: i === 4 ? 'review' : i === 8 ? 'retake' : 'pass',
    overridden: i === 8,
    seconds: 9.4,
  }));

const note = (aspect: PlateNote['aspect'], grade: PlateNote['grade'], zh: string, en: string): PlateNote => ({
  aspect,
  grade,
  value: 1,
  limit: between(0, 2),
  text: { zh, en },
});

export const PLATE: StationView['plate'] = {
  state: 'fresh',
  shot: {
    taken_at: Date.now(),
    picture: 'original/nobody-0',
    notes: [
      note('evenness', 'good', '背景平整', 'The backdrop is even'),
      note('cast', 'good', '颜色正（蓝色背景）', 'No colour cast (blue backdrop)'),
      note('balance', 'warn', '两侧灯光不匀：学生右手边暗 24%', "Lamps differ: the student's right side is 24% darker"),
      note('exposure', 'good', '曝光正常', 'The exposure is right'),
    ],
  },
};

export const firstView = (): StationView => ({
  seq: 1,
  station: '1',
  trouble: null,
  phase: { kind: 'idle' },
  batch: null,
  turn: null,
  hall: null,
  desk_code: null,
  camera: {
    chosen: 'usb-1',
    demo: false,
    status: {
      state: 'live',
      device: 'Cam Link 4K',
      format: { pixel: 'mjpeg', size: { width: 1280, height: 720 }, fps: 30 },
      fps: 29.9,
      problem: null,
    },
    message: null,
  },
  spec: SPEC,
  counts: { accepted: 128, retaken: 9, cancelled: 1, waiting: 128, median_seconds: 9.7 },
  strip: stripOf(12, 1137),
  plate: { state: 'missing', shot: null },
  notice: null,
  settings: { language: 'zh', mirrored: true, sound: true, spec: 'registry-safe', station: '1', camera: 'usb-1' },
});
