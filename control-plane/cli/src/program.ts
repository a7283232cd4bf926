import { Command, CommanderError, Help, type Option } from 'commander';
import { auditCommand } from './commands/audit/audit.ts';
import { authorityCommand } from './commands/ca/ca.ts';
import { deviceCommand } from './commands/device/device.ts';
import { initCommand } from './commands/init.ts';
import { loginCommand } from './commands/login.ts';
import { logoutCommand } from './commands/logout.ts';
import { logsCommand } from './commands/logs.ts';
import { publishCommand } from './commands/publish.ts';
import { releaseCommand } from './commands/release/release.ts';
import { rolloutCommand } from './commands/rollout/rollout.ts';
import { runCommand } from './commands/run.ts';
import { secretCommand } from './commands/secret/secret.ts';
import { statusCommand } from './commands/status.ts';
import { tenantCommand } from './commands/tenant/tenant.ts';
import { tokenCommand } from './commands/token/token.ts';
import { topCommand } from './commands/top.ts';
import { trustCommand } from './commands/trust/trust.ts';
import { userCommand } from './commands/user/user.ts';
import { type CliFailure, EXIT, misused } from './failure.ts';
import { reportFailure } from './report-failure.ts';
import type { Shell } from './shell.ts';

/** Runs one command line (without the program's name) and gives the exit code. */
export async function runProgram(argv: readonly string[], shell: Shell): Promise<number> {
  const program = buildProgram(shell);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    const isJson = isJsonAsked(program);
    if (!(error instanceof CommanderError)) return reportFailure(error, shell.terminal, isJson);
    const exitCode = exitCodeOf(error);
    return isJson && exitCode !== EXIT.ok ? reportFailure(misusedBy(error), shell.terminal, isJson) : exitCode;
  }
}

function isJsonAsked(program: Command): boolean {
  return program.opts().json === true;
}

function misusedBy({ code, message }: CommanderError): CliFailure {
  return misused(code === 'commander.help' ? 'name a command: --help lists them' : message.replace(/^error: /, ''));
}

function buildProgram(shell: Shell): Command {
  const program = new Command('wherry')
    .description('Publish signed programs and roll them out over a fleet of small computers.')
    .version('0.1.0')
    .option('--server <url>', 'control plane (else WHERRY_SERVER, else what "wherry login" stored)')
    .option('--token <token>', 'operator token (else WHERRY_TOKEN, else what "wherry login" stored)')
    .option('--json', 'print results as JSON, and problems as JSON on standard error')
    .addHelpText(
      'after',
      `
Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 rollout halted, 4 rollout aborted, 5 server not reachable.

Begin:
  $ wherry login --server http://127.0.0.1:8080 --token wop1.…
  $ wherry trust init --app hello && wherry trust root > root.json
  $ wherry init hello && cd hello && npm install && npm run build
  $ wherry publish
  $ wherry rollout start hello@0.1.0 --watch`,
    );
  for (const build of COMMANDS) program.addCommand(build(shell));
  harden(program, program, shell);
  return program;
}

const COMMANDS: readonly ((shell: Shell) => Command)[] = [
  loginCommand,
  logoutCommand,
  statusCommand,
  initCommand,
  trustCommand,
  publishCommand,
  releaseCommand,
  rolloutCommand,
  deviceCommand,
  topCommand,
  logsCommand,
  secretCommand,
  auditCommand,
  userCommand,
  tokenCommand,
  tenantCommand,
  authorityCommand,
  runCommand,
];

/** No command ends the process by itself, and all write to the shell's terminal. */
function harden(command: Command, program: Command, shell: Shell): void {
  command
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void shell.terminal.out.write(text),
      // Programs get a problem instead.
      writeErr: (text) => void (isJsonAsked(program) || shell.terminal.err.write(text)),
    })
    .configureHelp({ optionDescription });
  command.showHelpAfterError('(add --help for usage and examples)').showSuggestionAfterError();
  for (const child of command.commands) harden(child, program, shell);
}

/** An option that may be repeated has a default too, which says nothing. */
function optionDescription(option: Option): string {
  const { defaultValue, description } = option;
  if (Array.isArray(defaultValue) && defaultValue.length === 0) return description;
  return new Help().optionDescription(option);
}

function exitCodeOf(error: CommanderError): number {
  return ['commander.helpDisplayed', 'commander.version'].includes(error.code) ? EXIT.ok : EXIT.usage;
}
