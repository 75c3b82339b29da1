import { expect, it } from 'vitest';
import type { LiveView, StationView } from '../api';
import { lineFor } from './advice';
import { soundFor } from './sounds';

const sitting = { id: 1, number: 7, fingerprint: 'a', source: 'camera', opened_at: 0, retake: false } as const;
const size = { width: 1280, height: 720 };

function view(phase: StationView['phase'], change: Partial<StationView> = {}): StationView {
  return {
    phase,
    camera: { chosen: 'usb', demo: false, status: null, message: null },
    counts: { accepted: 0, retaken: 0, cancelled: 0, waiting: 0, median_seconds: null },
    notice: null,
    settings: { language: 'zh', sound: true },
    ...change,
  } as StationView;
}

const notice = (seq: number, level: 'good' | 'warn' | 'bad') => ({ seq, level, code: 'x', text: { zh: '', en: '' } });
const idle = view({ kind: 'idle' });
const armed = view({ kind: 'armed', sitting });

it('while nobody is armed the line asks for a code, or says why one cannot be read', () => {
  expect(lineFor(idle, null).code).toBe('idle');
  const unreadable: LiveView = { frame: 1, size, guidance: null, code: null, unreadable: { zh: '太暗', en: 'dim' } };
  expect(lineFor(idle, unreadable)).toMatchObject({ code: 'unreadable', text: '太暗', tone: 'warn' });
});

it('a booth that calls numbers says whose turn it is, and asks for the code where it is proved twice', () => {
  const batch = { id: 1, school: '', group: '', way: 'desk', double_proof: true } as const;
  const turn = { number: 12, masked_name: null, seated: false, recalls: 0, retake: false, since: 0 };
  expect(lineFor(view(idle.phase, { batch }), null).code).toBe('call_next');
  expect(lineFor(view(idle.phase, { batch, turn }), null)).toMatchObject({ code: 'turn', text: '请 12 号出示采集码' });
  expect(lineFor(view(idle.phase, { batch: { ...batch, double_proof: false }, turn }), null).text).toBe('请 12 号入座');
});

it('a camera that is away comes before what it last showed', () => {
  const status = { state: 'gone', device: '', format: null, fps: 0, problem: null } as const;
  const camera = { chosen: 'usb', demo: false, status, message: null };
  expect(lineFor(view({ kind: 'armed', sitting }, { camera }), null).code).toBe('camera_away');
  expect(lineFor(view({ kind: 'idle' }, { camera }), null).code).toBe('camera_away');
});

it('a picture to be shot again names the worst finding in the language of the window', () => {
  const finding = { code: 'roll', class: 'retake', value: null, limit: null, message: '歪头', message_en: 'tilted' } as const;
  const shot = { findings: [finding], verdict: 'retake' } as unknown as Extract<StationView['phase'], { kind: 'reviewing' }>['shot'];
  const reviewing = view({ kind: 'reviewing', sitting, shot, asking_reason: false });
  expect(lineFor(reviewing, null)).toMatchObject({ tone: 'bad', text: '建议重拍：歪头' });
  const english = view(reviewing.phase, { settings: { ...reviewing.settings, language: 'en' } });
  expect(lineFor(english, null).text).toContain('tilted');
});

it('a code sounds high once, an accepted picture low, and a refusal drowns both', () => {
  expect(soundFor(idle, armed)).toBe('armed');
  expect(soundFor(armed, armed)).toBeNull();
  const accepted = view({ kind: 'idle' }, { counts: { ...idle.counts, accepted: 1 } });
  expect(soundFor(armed, accepted)).toBe('accepted');
  expect(soundFor(armed, view(armed.phase, { notice: notice(1, 'bad') }))).toBe('warning');
  expect(soundFor(idle, view(armed.phase, { notice: notice(1, 'good') }))).toBe('armed');
});
