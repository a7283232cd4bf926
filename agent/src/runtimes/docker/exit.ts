import type { ExitReason } from '../port.ts';

/** The engine's account of a container that ended. */
export interface EndedState {
  readonly OOMKilled?: boolean;
  readonly ExitCode: number;
  readonly Error?: string;
}

const SIGNAL_EXIT_BASE = 128;

/** `wasStopped`: the agent asked for it, so whatever code the container ended with is not a failure. */
export function exitReason(state: EndedState, wasStopped: boolean): ExitReason {
  if (wasStopped) return { kind: 'stopped' };
  if (state.OOMKilled && state.ExitCode !== 0)
    return {
      kind: 'crashed',
      code: 'memory_limit',
      message: 'the container was ended for using more memory than its limit',
    };
  if (state.ExitCode === 0) return { kind: 'ended', exitCode: 0 };
  const signal = state.ExitCode > SIGNAL_EXIT_BASE ? ` (signal ${state.ExitCode - SIGNAL_EXIT_BASE})` : '';
  const detail = state.Error ? `: ${state.Error}` : '';
  return {
    kind: 'crashed',
    code: 'guest_error',
    message: `the container ended with exit code ${state.ExitCode}${signal}${detail}`.slice(0, 512),
  };
}
