import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient, type Role } from '@wherry/protocol';
import { pino } from 'pino';
import type { Config } from '../../src/config/make-config.ts';
import { newId, newSecret } from '../../src/config/random.ts';
import { type RunningServer, startServer } from '../../src/server.ts';

/** The whole server in this process, on real sockets and a real database in a folder of its own. */
export interface TestServer extends RunningServer {
  readonly dataDir: string;
  readonly adminToken: string;
  readonly admin: Client;
  /** A token of any role in any tenant, written where tokens are kept. */
  tokenFor(role: Role, tenant?: string): Promise<string>;
  clientFor(token: string): Client;
  fetch(path: string, init?: RequestInit & { readonly token?: string }): Promise<Response>;
  logLines(): string[];
  remove(): Promise<void>;
}

export async function startTestServer(overrides: Partial<Config> = {}): Promise<TestServer> {
  const dataDir = overrides.dataDir ?? (await mkdtemp(join(tmpdir(), 'wherry-server-')));
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  const running = await startServer(
    {
      dataDir,
      http: { host: '127.0.0.1', port: 0 },
      https: null,
      mqtt: { host: '127.0.0.1', port: 0 },
      mqtts: null,
      names: [],
      certificateLifeMs: null,
      mqttUrl: null,
      dashboardDir: join(dataDir, 'no-dashboard'),
      isProxyTrusted: true,
      logLevel: 'warn',
      usageEveryMs: null,
      ...overrides,
    },
    log,
  );
  const adminToken = (await readFile(running.adminTokenFile, 'utf8')).trim();
  const clientFor = (token: string) => createClient({ origin: running.httpUrl, token });
  return {
    ...running,
    dataDir,
    adminToken,
    admin: clientFor(adminToken),
    clientFor,
    async tokenFor(role, tenant = 'default') {
      const token = `wop1.${Buffer.from(newSecret(), 'hex').toString('base64url')}`;
      await running.context.store.operators.add({
        tenant,
        id: newId(),
        name: `${role} of ${tenant}`,
        role,
        scopes: null,
        createdBy: null,
        createdAtMs: Date.now(),
        expiresAtMs: null,
        lastUsedAtMs: null,
        secretHash: createHash('sha256').update(token).digest('hex'),
      });
      return token;
    },
    fetch(path, { token, ...init } = {}) {
      const headers = new Headers(init.headers);
      if (token) headers.set('authorization', `Bearer ${token}`);
      return fetch(`${running.httpUrl}${path}`, { redirect: 'manual', ...init, headers });
    },
    logLines: () => lines,
    async remove() {
      await running.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
