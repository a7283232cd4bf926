/** Where the shell gets time and chance from; the cores get them as arguments. */
export interface Clock {
  /** Wall clock; may jump. */
  nowMs(): number;
  /** Since the process started; never jumps. */
  uptimeMs(): number;
  /** In [0, 1). */
  random(): number;
}

export const SYSTEM_CLOCK: Clock = {
  nowMs: () => Date.now(),
  uptimeMs: () => Math.round(performance.now()),
  random: () => Math.random(),
};
