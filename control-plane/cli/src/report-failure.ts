import { ApiError, type ErrorCode, type Problem } from '@wherry/protocol';
import { CliFailure, EXIT } from './failure.ts';
import { plain } from './terminal/plain.ts';
import type { Terminal } from './terminal/terminal.ts';

/** Writes what went wrong on standard error and gives the exit code. Unexpected errors are rethrown: they are ours to fix. */
export function reportFailure(error: unknown, terminal: Terminal, isJson: boolean): number {
  const failure = asFailure(error);
  if (!failure) throw error;
  if (failure.problems.length === 0) return failure.exitCode;
  const text = isJson
    ? JSON.stringify({ problems: failure.problems })
    : failure.problems.map((problem) => problemLine(problem, failure.file)).join('\n');
  terminal.err.write(`${text}\n`);
  const hint = HINTS[failure.problems[0]?.code as ErrorCode];
  if (hint && !isJson && !failure.problems[0]?.message.includes('wherry ')) terminal.err.write(`${hint}\n`);
  return failure.exitCode;
}

/** The command that helps, for refusals of a control plane, which does not know our commands. */
const HINTS: Partial<Record<ErrorCode, string>> = {
  outside_delegation: 'See who may sign what: wherry trust audit; let a key sign an app: wherry trust delegate APP',
  unauthenticated: 'Log in again: wherry login --server URL, with --user NAME, --oidc or --token TOKEN',
  no_devices_match: 'See which devices there are: wherry device ls',
  release_unknown: 'See what is published: wherry release ls',
  version_not_higher: 'To move devices to an older release on purpose, add --rollback',
};

/** A word that a control plane cannot read was written wrong, wherever it is noticed. */
const EXITS: Partial<Record<ErrorCode, number>> = {
  unavailable: EXIT.unreachable,
  invalid_query: EXIT.usage,
  invalid_selector: EXIT.usage,
};

export function problemLine(problem: Problem, file?: string): string {
  const place = file ? `${[file, problem.line, problem.column].filter((part) => part !== undefined).join(':')}: ` : '';
  return `error: ${place}${plain(problem.message)} [${problem.code}]`;
}

function asFailure(error: unknown): CliFailure | undefined {
  if (error instanceof CliFailure) return error;
  if (!(error instanceof ApiError)) return undefined;
  const { code, detail, problems = [] } = error.problem;
  // The sentence of the whole comes first; its parts follow when they say more.
  const parts = problems.filter((problem) => problem.message !== detail) as Problem[];
  return new CliFailure(EXITS[code] ?? EXIT.refused, [{ code, message: detail }, ...parts]);
}
