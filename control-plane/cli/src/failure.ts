import type { ErrorCode, Problem } from '@wherry/protocol';

/** What the process exits with. 3 and 4 are the ends of a rollout that was watched. */
export const EXIT = { ok: 0, refused: 1, usage: 2, halted: 3, aborted: 4, unreachable: 5, interrupted: 130 } as const;

/** Ends a command: with problems that people read on standard error, and an exit code that programs read. */
export class CliFailure extends Error {
  readonly exitCode: number;
  readonly problems: readonly Problem[];
  /** Put before the line and column of problems, for example `wherry.yaml`. */
  readonly file: string | undefined;

  constructor(exitCode: number, problems: readonly Problem[] = [], file?: string) {
    super(problems.map((problem) => problem.message).join('; ') || `exit ${exitCode}`);
    this.name = 'CliFailure';
    this.exitCode = exitCode;
    this.problems = problems;
    this.file = file;
  }
}

export function refused(code: ErrorCode, message: string): CliFailure {
  return new CliFailure(EXIT.refused, [{ code, message }]);
}

export function misused(message: string): CliFailure {
  return new CliFailure(EXIT.usage, [{ code: 'invalid_query', message }]);
}
