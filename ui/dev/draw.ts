/** Draws what a camera would show: a person, a phone, nobody. For development only. */

function canvasOf(width: number, height: number): [HTMLCanvasElement, CanvasRenderingContext2D] {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  return [canvas, context];
}

interface Head {
  x: number;
  y: number;
  /** Cheek to cheek. */
  width: number;
  tilt: number;
}

export function drawPerson(g: CanvasRenderingContext2D, { x, y, width, tilt }: Head, seed: number): void {
  const w = width;
  const skin = ['#e8bf9c', '#dca981', '#f0cdb0', '#c98f66'][seed % 4] ?? '#e8bf9c';
  const coat = ['#26303f', '#3c2b35', '#2d3a2f', '#40404a'][(seed >> 2) % 4] ?? '#26303f';
  g.save();
  g.translate(x, y);
  g.fillStyle = coat;
  g.beginPath();
  g.moveTo(-w * 1.35, w * 2.6);
  g.bezierCurveTo(-w * 1.3, w * 1.15, -w * 0.5, w * 1.05, 0, w * 1.02);
  g.bezierCurveTo(w * 0.5, w * 1.05, w * 1.3, w * 1.15, w * 1.35, w * 2.6);
  g.fill();
  g.fillStyle = '#f3f6f8';
  g.beginPath();
  g.moveTo(-w * 0.3, w * 0.95);
  g.lineTo(0, w * 1.5);
  g.lineTo(w * 0.3, w * 0.95);
  g.fill();
  g.rotate((tilt * Math.PI) / 180);
  g.fillStyle = skin;
  g.fillRect(-w * 0.24, w * 0.4, w * 0.48, w * 0.7);
  g.fillStyle = '#1d1714';
  g.beginPath();
  g.ellipse(0, -w * 0.12, w * 0.58, w * 0.72, 0, 0, 7);
  g.fill();
  g.fillStyle = skin;
  g.beginPath();
  g.ellipse(0, w * 0.06, w * 0.5, w * 0.66, 0, 0, 7);
  g.fill();
  g.fillStyle = '#1d1714';
  g.beginPath();
  g.ellipse(0, -w * 0.5, w * 0.5, w * 0.24, 0, 0, 7);
  g.fill();
  for (const side of [-1, 1]) {
    g.fillStyle = '#fff';
    g.beginPath();
    g.ellipse(side * w * 0.21, 0, w * 0.085, w * 0.045, 0, 0, 7);
    g.fill();
    g.fillStyle = '#2b1d14';
    g.beginPath();
    g.arc(side * w * 0.21, 0, w * 0.042, 0, 7);
    g.fill();
    g.fillRect(side * w * 0.21 - w * 0.11, -w * 0.13, w * 0.22, w * 0.03);
  }
  g.strokeStyle = '#8a4c3f';
  g.lineWidth = w * 0.03;
  g.beginPath();
  g.moveTo(-w * 0.12, w * 0.4);
  g.quadraticCurveTo(0, w * 0.45, w * 0.12, w * 0.4);
  g.stroke();
  g.restore();
}

function drawPhone(g: CanvasRenderingContext2D): void {
  g.fillStyle = '#101215';
  g.fillRect(560, 190, 240, 430);
  g.fillStyle = '#fff';
  g.fillRect(574, 220, 212, 370);
  g.fillStyle = '#111';
  for (let i = 0; i < 25; i++) {
    for (let j = 0; j < 25; j++) {
      const finder = (i < 7 && (j < 7 || j > 17)) || (i > 17 && j < 7);
      if (finder ? true : (i * 7 + j * 13 + i * j) % 3 === 0) g.fillRect(590 + i * 7.2, 300 + j * 7.2, 7.2, 7.2);
    }
  }
}

/** Corners of the drawn code. */
export const PHONE_CODE: [[number, number], [number, number], [number, number], [number, number]] = [
  [590, 300],
  [770, 300],
  [770, 480],
  [590, 480],
];

export type Subject = 'person' | 'phone' | 'nobody';

export function drawFrame(subject: Subject, seed: number, tilt: number, sway: number): HTMLCanvasElement {
  const [canvas, g] = canvasOf(1280, 720);
  const wall = g.createLinearGradient(0, 0, 1280, 720);
  wall.addColorStop(0, '#9fb6c4');
  wall.addColorStop(1, '#7d96a6');
  g.fillStyle = wall;
  g.fillRect(0, 0, 1280, 720);
  if (subject !== 'nobody') drawPerson(g, { x: 640 + sway, y: 320, width: 190, tilt }, seed);
  if (subject === 'phone') drawPhone(g);
  return canvas;
}

export function drawPortrait(seed: number, tilt = 0): string {
  const [canvas, g] = canvasOf(480, 640);
  g.fillStyle = 'rgb(100,197,255)';
  g.fillRect(0, 0, 480, 640);
  drawPerson(g, { x: 240, y: 255, width: 236, tilt }, seed);
  return canvas.toDataURL('image/jpeg', 0.9);
}

export function drawOriginal(seed: number, tilt = 0): string {
  return drawFrame('person', seed, tilt, 0).toDataURL('image/jpeg', 0.85);
}
