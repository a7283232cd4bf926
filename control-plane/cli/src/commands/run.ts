import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { parse } from 'yaml';
import { CliFailure, EXIT, misused } from '../failure.ts';
import type { Shell } from '../shell.ts';
import { collect, parsePairs } from './pairs.ts';
import { bytesOption, durationOption } from './quantity-option.ts';

interface Options {
  readonly dir: readonly string[];
  readonly env: readonly string[];
  readonly memory: number;
  readonly wall: number;
  readonly fakeHardware?: string;
  readonly abi: 'wasi-p1' | 'assemblyscript' | 'component' | 'auto';
}

export function runCommand(shell: Shell): Command {
  return new Command('run')
    .description('run a module on this machine, as a device would: same checks, same limits')
    .argument('<file>', 'Wasm binary')
    .argument('[args...]', 'arguments of the module, after --')
    .option('--dir <host::guest>', 'let it use a folder (repeat for more)', collect, [])
    .option('--env <key=value>', 'let it see a variable (repeat for more)', collect, [])
    .addOption(
      new Option('--memory <size>', 'most memory it may have')
        .argParser(bytesOption)
        .default(16 * 1024 * 1024, '16MiB'),
    )
    .addOption(
      new Option('--wall <duration>', 'longest time it may run').argParser(durationOption).default(2_000, '2s'),
    )
    .option('--fake-hardware <file>', 'pins, buses and serial devices in memory, by a script (YAML)')
    .addOption(
      new Option('--abi <abi>', 'how it was built')
        .choices(['auto', 'wasi-p1', 'assemblyscript', 'component'])
        .default('auto'),
    )
    .addHelpText(
      'after',
      `
The exit code is the module's own.

Example:
  $ wherry run build/report.wasm --dir ./data::/data --env ZONE=hall --wall 10s -- --verbose`,
    )
    .action(async (file: string, args: string[], options: Options) => {
      const { runLocal } = await import('@wherry/agent/run-local');
      const { exitCode, problem } = await runLocal({
        file: resolve(shell.folder, file),
        args,
        dirs: options.dir.map((text) => parseFolder(text, shell.folder)),
        env: parsePairs(options.env, 'variable'),
        memoryBytes: options.memory,
        wallMs: options.wall,
        abi: options.abi,
        ...(options.fakeHardware && { fakeHardware: readScript(resolve(shell.folder, options.fakeHardware)) }),
      });
      if (problem) throw new CliFailure(exitCode || EXIT.refused, [problem]);
      if (exitCode !== 0) throw new CliFailure(exitCode);
    });
}

/** What the script says is checked by whoever plays it. */
function readScript(path: string): unknown {
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw misused(`fake hardware ${path}: ${(error as Error).message}`);
  }
}

/** `HOST::GUEST`, as other Wasm runtimes write it; without `::` the guest sees it under the same name. */
export function parseFolder(text: string, folder: string): { host: string; guest: string } {
  const [host = '', guest = host, ...rest] = text.split('::');
  if (!host || !guest || rest.length > 0) throw misused(`${JSON.stringify(text)} is not a folder: write HOST::GUEST`);
  return { host: resolve(folder, host), guest };
}
