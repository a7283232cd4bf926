import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { EXIT } from '../../src/failure.ts';
import { type RecordedShell, recordedShell } from '../../src/testing/recorded-shell.ts';
import { claimDevice, type RunningServer, type SecuredServer } from './processes.ts';

/** Somebody at a terminal in a folder of their own. */
export interface Operator {
  readonly shell: RecordedShell;
  file(path: string): string;
  /** A command that must go well. Answers what it printed. */
  ok(...argv: string[]): Promise<string>;
  /** The same, for a program that reads it. */
  json<T>(...argv: string[]): Promise<T>;
  /** A command that must be refused. Answers the codes that it gave. */
  codes(...argv: string[]): Promise<string[]>;
}

export function seatOperator(): Operator {
  const shell = recordedShell();
  const operator: Operator = {
    shell,
    file: (path) => join(shell.folder, path),
    async ok(...argv) {
      const { exitCode, out, err } = await shell.run(...argv);
      expect({ exitCode, err: exitCode === 0 ? '' : err }).toEqual({ exitCode: 0, err: '' });
      return out;
    },
    json: async (...argv) => JSON.parse(await operator.ok('--json', ...argv)),
    async codes(...argv) {
      const { exitCode, err } = await shell.run('--json', ...argv);
      const codes: string[] = JSON.parse(err).problems.map((problem: { code: string }) => problem.code);
      expect([codes, exitCode]).toEqual([codes, codes.includes('invalid_query') ? EXIT.usage : EXIT.refused]);
      return codes;
    },
  };
  return operator;
}

/** Logs in; a control plane that listens with TLS is believed by its fingerprint. */
export async function signIn({ ok }: Operator, server: RunningServer | SecuredServer): Promise<void> {
  const pin = 'caFingerprint' in server ? ['--ca-fingerprint', server.caFingerprint] : [];
  await ok('login', '--server', server.origin, ...pin, '--token', server.adminToken);
}

/** Logs in and makes the owner's keys for one app, with `root.json` for devices. */
export async function begin(operator: Operator, server: RunningServer, app: string, ...keys: string[]): Promise<void> {
  const { ok, file } = operator;
  await signIn(operator, server);
  await ok('trust', 'init', '--app', app, '--no-passphrase', ...keys);
  writeFileSync(file('root.json'), await ok('trust', 'root'));
}

export async function claimToken({ json }: Operator, device: string): Promise<string> {
  return (await json<{ token: string }>('device', 'claim-token', '--device', device)).token;
}

/** After `begin`: claims a device into the folder of its name, and answers that. */
export async function claimInto(operator: Operator, server: RunningServer, device: string): Promise<string> {
  const { file } = operator;
  claimDevice(server.origin, await claimToken(operator, device), file('root.json'), file(device));
  return file(device);
}

const QUICK_HEALTH = 'health: { after: 100ms, every: 200ms, failures: 2, soak: 200ms }';

/** As `begin`, and makes the folder `hello` of a program that is judged quickly. */
export async function beginHello(operator: Operator, server: RunningServer): Promise<void> {
  const { ok, file } = operator;
  await begin(operator, server, 'hello');
  await ok('init', 'hello');
  const manifest = readFileSync(file('hello/wherry.yaml'), 'utf8');
  writeFileSync(file('hello/wherry.yaml'), manifest.replace(/^health:.*$/m, QUICK_HEALTH));
}
