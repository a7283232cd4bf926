import { WherryError } from '@wherry/protocol';
import { checkCommand } from './command-line/check.ts';
import { claimCommand } from './command-line/claim.ts';
import { HELP } from './command-line/help.ts';
import { runCommandLine } from './command-line/run.ts';
import { statusCommand } from './command-line/status.ts';
import { UsageError } from './command-line/usage-error.ts';
import { agentVersion } from './shell/inventory.ts';

/** `wherry-agent`: entry point and exit codes. 0 done · 1 failed · 2 wrong usage. */
const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  check: checkCommand,
  claim: claimCommand,
  run: runCommandLine,
  status: statusCommand,
};

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === '--version') {
    process.stdout.write(`wherry-agent ${agentVersion()}\n`);
    return 0;
  }
  const isAsking = name === undefined || name === 'help' || rest.includes('--help') || name.startsWith('-');
  if (isAsking) {
    const topic = name === 'help' ? rest[0] : name;
    process.stdout.write(`${HELP[topic ?? ''] ?? HELP['']}\n`);
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  try {
    if (command === undefined) throw new UsageError(`there is no command ${JSON.stringify(name)}`);
    await command(rest);
    return 0;
  } catch (error) {
    return explain(error, name);
  }
}

function explain(error: unknown, name: string): number {
  if (error instanceof UsageError) {
    process.stderr.write(`wherry-agent: ${error.message}\nTry "wherry-agent ${name} --help".\n`);
    return 2;
  }
  if (error instanceof WherryError) {
    process.stderr.write(`wherry-agent: ${error.code}: ${error.message}\n`);
    return 1;
  }
  process.stderr.write(`wherry-agent: ${error instanceof Error ? error.stack : String(error)}\n`);
  return 1;
}

process.exitCode = await main(process.argv.slice(2));
