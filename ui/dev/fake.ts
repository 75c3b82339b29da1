import type { Diagnosis, Events, LiveView, Operations, SittingHistory, StationView, Text } from '../src/api';
import { type Backend, Refused } from '../src/backend/backend';
import { dayOperations } from './day';
import { sheetOperations } from './sheets';
import { handOperations } from './hand';
import { drawFrame, drawOriginal, drawPortrait, PHONE_CODE, type Subject } from './draw';
import { firstView, guidance, PLATE, shot, sitting, stripOf, TILTED, UNEVEN } from './scenes';

/**
 * A stand-in for the shell, to see the window in a browser: `npm run dev:fake`, then `/?at=armed&lang=en`.
 * It plays the loop roughly; the rules are the core's, and are tested there.
 */
const params = new URLSearchParams(location.search);
const at = params.get('at') ?? 'idle';
const view: StationView = firstView();
let live: LiveView | null = null;
let subject: Subject = 'person';
let tilt = 0;
let number = 1137;
const listeners: { [Name in keyof Events]: Set<(event: Events[Name]) => void> } = { station: new Set(), live: new Set() };

function tell(): StationView {
  view.seq++;
  const sent = structuredClone(view);
  for (const heard of listeners.station) heard(sent);
  return sent;
}

function notice(level: 'good' | 'warn' | 'bad', code: string, zh: string, en: string): void {
  view.notice = { seq: (view.notice?.seq ?? 0) + 1, level, code, text: { zh, en } };
}

function refuse(code: string, zh: string, en: string): never {
  throw new Refused({ code, text: { zh, en } });
}

function arm(source: 'camera' | 'gun' | 'hand'): void {
  if (view.phase.kind !== 'idle') {
    refuse('other_code', `${number} 号还没有结束：请先完成或取消，再读下一位的采集码`, `Number ${number} is still open: finish or cancel it first`);
  }
  number++;
  view.phase = { kind: 'armed', sitting: { ...sitting(number, 0), source } };
  subject = 'person';
  notice('good', 'armed', `${number} 号，可以拍摄`, `Number ${number}: ready`);
}

const operations: { [Name in keyof Operations]?: (request: never) => unknown } = {
  'station.view': () => structuredClone(view),
  'station.type_code': ({ source }: Operations['station.type_code']['request']) => (arm(source), tell()),
  'station.shoot': () => {
    if (view.phase.kind === 'idle') refuse('nothing_armed', '还没有采集码，不能拍：请先读学生的采集码', 'No code yet: read the code of the student first');
    if (view.phase.kind !== 'armed') refuse('answer_first', '请先回答屏幕上的问题', 'Answer the question on the screen first');
    const { sitting } = view.phase;
    view.phase = { kind: 'developing', sitting };
    setTimeout(() => {
      const bad = tilt > 5;
      view.phase = { kind: 'reviewing', sitting, shot: shot(number, bad ? TILTED : [], bad ? 'retake' : 'pass'), asking_reason: false };
      tell();
    }, 700);
    return tell();
  },
  'station.accept': ({ reason }: Operations['station.accept']['request']) => {
    const { phase } = view;
    if (phase.kind !== 'reviewing') refuse('nothing_to_review', '没有待确认的照片', 'No picture to accept');
    if (phase.shot.verdict === 'retake' && !phase.asking_reason) {
      view.phase = { ...phase, asking_reason: true };
      return tell();
    }
    if (phase.asking_reason && !reason) refuse('reason_needed', '请写明理由', 'Give a reason');
    view.phase = { kind: 'idle' };
    view.counts.accepted++;
    view.counts.waiting++;
    view.strip = stripOf(12, number);
    notice('good', 'accepted', `${number} 号已接受`, `Number ${number} accepted`);
    return tell();
  },
  'station.again': () => {
    if (view.phase.kind !== 'reviewing') refuse('nothing_to_review', '没有待确认的照片', 'No picture to accept');
    view.phase = { kind: 'armed', sitting: view.phase.sitting };
    view.counts.retaken++;
    return tell();
  },
  'station.cancel': () => {
    const { phase } = view;
    view.phase = phase.kind === 'reviewing' && phase.asking_reason ? { ...phase, asking_reason: false } : { kind: 'idle' };
    return tell();
  },
  'station.confirm_repeat': () => {
    view.phase = { kind: 'armed', sitting: { ...sitting(++number, 0), retake: true } };
    return tell();
  },
  'station.resume': () => {
    view.phase = { kind: 'armed', sitting: sitting(number) };
    return tell();
  },
  'plate.shoot': () => {
    view.plate = PLATE;
    return tell();
  },
  'camera.list': () => [
    { id: 'usb-1', name: { zh: 'Cam Link 4K', en: 'Cam Link 4K' }, detail: 'MJPEG 1920×1080 60 · 1280×720 60', demo: false },
    { id: 'usb-2', name: { zh: 'HD Pro Webcam C920', en: 'HD Pro Webcam C920' }, detail: 'MJPEG 1920×1080 30 · YUYV 640×480 30', demo: false },
    { id: 'demo', name: { zh: '演示摄像头', en: 'Demo camera' }, detail: '', demo: true },
  ],
  'camera.choose': ({ id }: Operations['camera.choose']['request']) => {
    view.camera = { ...firstView().camera, chosen: id, demo: id === 'demo' };
    return tell();
  },
  'camera.diagnose': (): Partial<Diagnosis> => {
    const text: Text = view.camera.chosen
      ? { zh: '画面正常：1280×720，每秒 30 帧。', en: 'All well: 1280×720, 30 frames a second.' }
      : { zh: '没有找到摄像头。请插好 USB 线或采集卡，换一个 USB 口再试；插好后会自动接上。', en: 'No camera was found. Plug in the camera or capture card, or try another USB port; it is picked up by itself.' };
    return { findings: [{ code: view.camera.chosen ? 'ok' : 'no_device', fatal: !view.camera.chosen, text }] };
  },
  'camera.controls': () => ({ controls }),
  'camera.set_control': (request: Operations['camera.set_control']['request']) => {
    controls = controls.map((control) =>
      control.kind === request.kind
        ? { ...control, auto: request.auto ?? control.auto, value: Number(request.value ?? control.value) }
        : control,
    );
    return { controls };
  },
  'demo.show': ({ scene }: Operations['demo.show']['request']) => {
    subject = scene === 'phone' || scene === 'same_phone' ? 'phone' : scene === 'empty' ? 'nobody' : 'person';
    tilt = scene === 'tilted' ? 6.2 : 0;
    if (subject === 'phone' && view.phase.kind === 'idle') setTimeout(() => (arm('camera'), tell()), 600);
    return {};
  },
  'sitting.history': ({ id }: Operations['sitting.history']['request']): SittingHistory => ({
    sitting: sitting(id, 60_000),
    outcome: 'accepted',
    station: '1',
    shots: [
      { id: 1, taken_at: Date.now() - 50_000, original: `original/tilted-${id}`, portrait: null, findings: TILTED, verdict: 'retake', disposition: 'rejected', override_reason: null },
      { id: 2, taken_at: Date.now() - 40_000, original: `original/straight-${id}`, portrait: `portrait/straight-${id}`, findings: UNEVEN, verdict: 'review', disposition: 'accepted', override_reason: id % 2 ? null : '老师确认可用' },
    ],
    events: [
      { at: Date.now() - 60_000, what: 'opened', text: { zh: '摄像头读到采集码', en: 'Code read by the camera' } },
      { at: Date.now() - 50_000, what: 'shot', text: { zh: '拍摄第 1 张：建议重拍', en: 'Shot 1: shoot again' } },
      { at: Date.now() - 46_000, what: 'rejected', text: { zh: '操作员选择再拍一张', en: 'The operator chose to shoot again' } },
      { at: Date.now() - 40_000, what: 'shot', text: { zh: '拍摄第 2 张：请复核', en: 'Shot 2: look at it' } },
      { at: Date.now() - 38_000, what: 'accepted', text: { zh: '已接受并放入待发箱', en: 'Accepted and put into the outbox' } },
    ],
  }),
  'settings.save': (settings: StationView['settings']) => {
    view.settings = settings;
    return tell();
  },
  'spec.list': () => [
    { id: 'registry-safe', name: view.spec.name, source: view.spec.source, refused: null },
    { id: 'hit-2025', name: { zh: '2025 通知（30–100 KB）', en: '2025 notice (30–100 KB)' }, source: '[S2]', refused: null },
    { id: 'chsi-2017', name: { zh: '2017 文本（20–40 KB）', en: '2017 text (20–40 KB)' }, source: '教毕指〔2017〕99号', refused: null },
    { id: 'school.toml', name: { zh: 'school.toml', en: 'school.toml' }, source: '', refused: { zh: '第 12 行：file.min_bytes（90000）必须小于 max_bytes（40000）', en: 'line 12: file.min_bytes (90000) must be below max_bytes (40000)' } },
  ],
  'data.retry': () => new Promise((done) => setTimeout(() => done(tell()), 800)),
  'data.open_fresh': () => {
    view.trouble = null;
    return tell();
  },
  ...dayOperations(params),
  ...sheetOperations(),
  ...handOperations(params),
};

let controls: Operations['camera.controls']['response']['controls'] = [
  { kind: 'exposure', auto: false, value: 156, min: 3, max: 2047, step: 1 },
  { kind: 'focus', auto: true, value: 30, min: 0, max: 250, step: 5 },
  { kind: 'white_balance', auto: true, value: 5500, min: 2000, max: 6500, step: 100 },
  { kind: 'zoom', auto: null, value: 100, min: 100, max: 500, step: 1 },
];

/** Puts the station where the address wants it. */
function prepare(): void {
  view.settings.language = params.get('lang') === 'en' ? 'en' : 'zh';
  view.settings.mirrored = params.get('mirrored') !== '0';
  const reviewing = (kind: 'pass' | 'review' | 'retake', asking = false): void => {
    const findings = { pass: [], review: UNEVEN, retake: TILTED }[kind];
    view.phase = { kind: 'reviewing', sitting: sitting(number), shot: shot(number, findings, kind), asking_reason: asking };
  };
  const states: Record<string, () => void> = {
    code: () => {
      subject = 'phone';
      view.phase = { kind: 'armed', sitting: sitting(number, 0) };
      live = { frame: 1, size: { width: 1280, height: 720 }, guidance: null, code: PHONE_CODE, unreadable: null };
      notice('good', 'armed', '1137 号，可以拍摄', 'Number 1137: ready');
    },
    unreadable: () => {
      subject = 'phone';
      live = { frame: 1, size: { width: 1280, height: 720 }, guidance: null, code: null, unreadable: { zh: '看到采集码但太暗：请学生调亮手机屏幕', en: 'A code is seen but too dim: ask the student to turn the screen brighter' } };
    },
    armed: () => (view.phase = { kind: 'armed', sitting: sitting(number) }),
    tilted: () => ((tilt = 6.2), (view.phase = { kind: 'armed', sitting: { ...sitting(12345), retake: true, source: 'gun' } })),
    developing: () => (view.phase = { kind: 'developing', sitting: sitting(number) }),
    pass: () => reviewing('pass'),
    review: () => reviewing('review'),
    retake: () => reviewing('retake'),
    reason: () => reviewing('retake', true),
    repeat: () => (view.phase = { kind: 'ask_repeat', fingerprint: 'a41f90c2d7e83b15', number: 1102, accepted_at: Date.now() - 3_000_000, station: '2', portrait: 'portrait/straight-3' }),
    interrupted: () => (view.phase = { kind: 'interrupted', sitting: sitting(number, 400_000) }),
    trouble: () => (view.trouble = { code: 'database_damaged', offer_fresh: true, text: { zh: '数据库文件已损坏，无法打开。照片文件没有被动过。请先重试；如果仍然不行，可以保留旧库并新建一个，今天照常拍摄。', en: 'The database file is damaged and cannot be opened. No picture file was touched. Try again first; if that does not help, keep the old one and start a new one to go on shooting today.' } }),
    nocamera: () => (view.camera = { chosen: null, demo: false, status: null, message: null }),
    gone: () => {
      view.phase = { kind: 'armed', sitting: sitting(number) };
      view.camera.status!.state = 'gone';
      view.camera.status!.fps = 0;
      view.camera.message = { zh: '摄像头已断开，正在寻找… 请检查 USB 线，插好后自动恢复。', en: 'The camera is disconnected, looking for it… Check the cable; it comes back by itself.' };
    },
    demo: () => ((view.camera.chosen = 'demo'), (view.camera.demo = true), (view.phase = { kind: 'armed', sitting: sitting(number) })),
    desk: () => (view.batch = { id: 3, school: '某某工业大学', group: '1 组', way: 'desk', double_proof: true }),
    turn: () => {
      states.desk?.();
      view.turn = { number: 483, masked_name: '刘*涛', seated: false, recalls: 0, retake: false, since: Date.now() };
    },
    empty: () => ((view.strip = []), (view.counts = { accepted: 0, retaken: 0, cancelled: 0, waiting: 0, median_seconds: null })),
    bad: () => notice('bad', 'other_code', '1137 号还没有结束：请先完成或取消，再读下一位的采集码', 'Number 1137 is still open: finish or cancel it before the next code is read'),
  };
  states[at]?.();
}

/** Readings of the live picture, as the core sends them. */
function tellLive(seq: number, sway: number): void {
  if (view.phase.kind === 'armed' && at !== 'code') {
    const now = guidance(tilt < 3, tilt);
    now.plan!.crop.x += sway;
    live = { frame: seq, size: { width: 1280, height: 720 }, guidance: now, code: null, unreadable: null };
  }
  if (live) for (const heard of listeners.live) heard(structuredClone(live));
}

/** Frames come from this page itself, at the pace of a camera. */
function serveFrames(): void {
  const real = window.fetch.bind(window);
  let seq = 0;
  if (params.has('frames')) setInterval(() => tellLive(++seq, Math.sin(performance.now() / 900) * 6), 66);
  window.fetch = async (input, init) => {
    if (!String(input).startsWith('fake-frame:')) return real(input, init);
    if (view.camera.status?.state !== 'live') {
      await new Promise((done) => setTimeout(done, 900));
      return new Response(null, { status: 204 });
    }
    await new Promise((done) => setTimeout(done, 30));
    const sway = Math.sin(performance.now() / 900) * 6;
    tellLive(++seq, sway);
    const canvas = drawFrame(subject, number, tilt, sway);
    const picture = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', 0.8));
    return new Response(picture, { headers: { 'X-Frame-Seq': String(seq), 'X-Frame-Size': '1280x720' } });
  };
}

export function connect(): Backend {
  prepare();
  serveFrames();
  return {
    async call(name, request) {
      if (at === 'starting') return new Promise(() => {});
      const operation = operations[name] as ((request: unknown) => unknown) | undefined;
      if (!operation) return refuse('unknown_operation', '没有这个操作', 'No such operation');
      return (await operation(request)) as never;
    },
    async on(name, heard) {
      (listeners[name] as Set<typeof heard>).add(heard);
      return () => void (listeners[name] as Set<typeof heard>).delete(heard);
    },
    // `frames=/live` takes them from a real server, to measure the preview.
    frameUrl: (after) => (params.has('frames') ? `${params.get('frames')}?after=${after}` : `fake-frame:${after}`),
    choosePath: async ({ pick }) => (pick === 'folder' ? '/media/crew/KINGSTON' : '/home/crew/审核结果.xlsx'),
    openScreen: async (name) => void window.open(`?screen=${name}`),
    pictureUrl: (path) => {
      const seed = Number(/\d+$/.exec(path)?.[0] ?? 0);
      const lean = path.includes('tilted') ? 6.2 : 0;
      return path.startsWith('original/') ? drawOriginal(seed, lean) : drawPortrait(seed, lean);
    },
  };
}
