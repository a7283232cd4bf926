import { WherryError } from '@wherry/protocol';
import { HELP } from './command-line/help.ts';
import { readFrugally } from './command-line/small-footing.ts';
import { UsageError } from './command-line/usage-error.ts';
import { agentVersion } from './shell/agent-version.ts';

/**
 * `wherry-agent`: entry point and exit codes. 0 done · 1 failed · 2 wrong usage. A command is read when it is asked for: an agent that runs
 * keeps no other.
 */
const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  check: async (args) => (await import('./command-line/check.ts')).checkCommand(args),
  claim: async (args) => (await import('./command-line/claim.ts')).claimCommand(args),
  async run(args) {
    readFrugally();
    await (await import('./command-line/run.ts')).runCommandLine(args);
  },
  status: async (args) => (await import('./command-line/status.ts')).statusCommand(args),
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
