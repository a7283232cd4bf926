const STEPS: readonly (readonly [unitMs: number, short: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];

/** The largest whole unit: "4 min". */
export function roughDuration(ms: number): string {
  const step = STEPS.find(([unitMs]) => ms >= unitMs);
  return step ? `${Math.floor(ms / step[0])} ${step[1]}` : '0 s';
}

/** Exact in at most two units: "1 h 30 min"; below a second in ms. */
export function duration(ms: number): string {
  if (ms > 0 && ms < 1_000) return `${ms} ms`;
  const at = STEPS.findIndex(([unitMs]) => ms >= unitMs);
  if (at === -1) return '0 s';
  const [unitMs, name] = STEPS[at] ?? [1_000, 's'];
  const next = STEPS[at + 1];
  const whole = `${Math.floor(ms / unitMs)} ${name}`;
  const rest = next ? Math.floor((ms % unitMs) / next[0]) : 0;
  return next && rest > 0 ? `${whole} ${rest} ${next[1]}` : whole;
}

/** "12 s ago", "in 3 min". A clock that is a little ahead of the server's reads as now. */
export function relativeTime(atMs: number, nowMs: number): string {
  const pastMs = nowMs - atMs;
  if (Math.abs(pastMs) < 2_000) return 'just now';
  return pastMs > 0 ? `${roughDuration(pastMs)} ago` : `in ${roughDuration(-pastMs)}`;
}

export function exactTime(atMs: number): string {
  return new Date(atMs).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
}

/** "2036-11-19", as certificates count: in UTC. */
export function day(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

export function clockTime(atMs: number): string {
  return new Date(atMs).toLocaleTimeString('en-GB');
}
