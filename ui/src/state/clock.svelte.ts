/** The time, often enough for seconds on a screen. */
class Clock {
  now = $state(Date.now());

  constructor() {
    setInterval(() => (this.now = Date.now()), 250);
  }
}

export const clock = new Clock();

const two = (n: number) => String(n).padStart(2, '0');

/** `14:05:09` */
export function timeOf(at: number): string {
  const d = new Date(at);
  return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}

/** `14:05:09`, with the day in front if it was another day. */
export function momentOf(at: number, now: number): string {
  const d = new Date(at);
  const sameDay = d.toDateString() === new Date(now).toDateString();
  return sameDay ? timeOf(at) : `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${timeOf(at)}`;
}
