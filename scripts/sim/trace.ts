/** What happened, in words; kept only when somebody reads it, since telling costs more than simulating. */
export interface TraceLine {
  readonly atMs: number;
  readonly step: number;
  readonly who: string;
  readonly what: string;
}

export function sayLine({ atMs, step, who, what }: TraceLine): string {
  return `${sayTime(atMs)} #${step} ${who}: ${what}`;
}

function sayTime(atMs: number): string {
  const seconds = (atMs / 1000).toFixed(3).padStart(9);
  return `${seconds}s`;
}
