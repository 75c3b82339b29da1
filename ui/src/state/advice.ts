import type { LiveView, StationView, Text } from '../api';
import { type Word, word } from '../i18n/words';

/** The one line that is read from a metre away. */
export interface Line {
  text: string;
  tone: 'calm' | 'good' | 'warn' | 'bad';
  /** Stable name, for tests. */
  code: string;
}

/** Whether a camera that was chosen gives no picture. */
function away(view: StationView): boolean {
  const status = view.camera.status?.state;
  return status !== undefined && status !== 'live' && status !== 'starting';
}

/** What to say now. */
export function lineFor(view: StationView, live: LiveView | null): Line {
  const language = view.settings.language;
  const say = (key: Word, tone: Line['tone'], code: string, fill?: Record<string, string>): Line => ({
    text: word(language, key, fill),
    tone,
    code,
  });
  const told = (text: Text, tone: Line['tone'], code: string): Line => ({ text: text[language], tone, code });
  const { phase } = view;
  switch (phase.kind) {
    case 'idle':
      if (!view.camera.chosen) return say('advice.idle_no_camera', 'warn', 'no_camera');
      if (away(view)) return say('advice.camera_away', 'bad', 'camera_away');
      if (!live?.unreadable && view.turn) {
        const { number } = view.turn;
        return say(view.batch?.double_proof ? 'turn.show_code' : 'turn.sit', 'calm', 'turn', { number: String(number) });
      }
      if (!live?.unreadable && view.batch?.way === 'desk') return say('turn.call', 'calm', 'call_next');
      return live?.unreadable ? told(live.unreadable, 'warn', 'unreadable') : say('advice.idle', 'calm', 'idle');
    case 'interrupted':
      return say('advice.interrupted', 'warn', 'interrupted');
    case 'ask_repeat':
      return say('advice.repeat', 'warn', 'ask_repeat');
    case 'armed': {
      if (away(view)) return say('advice.camera_away', 'bad', 'camera_away');
      const guidance = live?.guidance;
      if (!guidance) return say('advice.looking', 'calm', 'looking');
      return told(guidance.advice.text, guidance.ready ? 'good' : 'warn', guidance.advice.code);
    }
    case 'developing':
      return say('advice.developing', 'calm', 'developing');
    case 'reviewing': {
      if (phase.asking_reason) return say('advice.reason', 'warn', 'reason');
      const { verdict, findings } = phase.shot;
      if (verdict === 'pass') return say('advice.pass', 'good', 'pass');
      if (verdict === 'review') return say('advice.review', 'warn', 'review');
      const worst = findings.find((finding) => finding.class === 'retake');
      const why = worst ? (language === 'zh' ? worst.message : worst.message_en) : '';
      return say('advice.retake', 'bad', 'retake', { why });
    }
  }
}
