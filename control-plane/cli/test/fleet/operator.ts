import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type RecordedShell, recordedShell } from '../../src/testing/recorded-shell.ts';
import type { RunningServer } from './processes.ts';

/** Somebody at a terminal in a folder of their own. */
export interface Operator {
  readonly shell: RecordedShell;
  file(path: string): string;
  /** A command that must go well. Answers what it printed. */
  ok(...argv: string[]): Promise<string>;
}

export function seatOperator(): Operator {
  const shell = recordedShell();
  return {
    shell,
    file: (path) => join(shell.folder, path),
    async ok(...argv) {
      const { exitCode, out, err } = await shell.run(...argv);
      expect({ exitCode, err: exitCode === 0 ? '' : err }).toEqual({ exitCode: 0, err: '' });
      return out;
    },
  };
}

const QUICK_HEALTH = 'health: { after: 100ms, every: 200ms, failures: 2, soak: 200ms }';

/** Logs in, makes the owner's keys with `root.json` for devices, and the folder `hello` of a program that is judged quickly. */
export async function beginHello({ ok, file }: Operator, server: RunningServer): Promise<void> {
  await ok('login', '--server', server.origin, '--token', server.adminToken);
  await ok('trust', 'init', '--app', 'hello', '--no-passphrase');
  writeFileSync(file('root.json'), await ok('trust', 'root'));
  await ok('init', 'hello');
  const manifest = readFileSync(file('hello/wherry.yaml'), 'utf8');
  writeFileSync(file('hello/wherry.yaml'), manifest.replace(/^health:.*$/m, QUICK_HEALTH));
}
