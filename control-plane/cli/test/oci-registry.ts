import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Debian's `docker-registry` on a port of its own: open, behind a password, or behind tokens that a server here gives for the password. */
export interface OciRegistry {
  readonly host: string;
  stop(): Promise<void>;
}

export type RegistryAuth = 'none' | 'password' | 'token';

const PROGRAM = '/usr/bin/docker-registry';
export const CREDENTIALS = 'publisher:of-the-registry';
/** bcrypt of the password in CREDENTIALS. */
const HTPASSWD = 'publisher:$2b$04$saFEvWQJmsCLVbygFJeqLuFq5SOZrUfXnToog.3wxtKztcwQxCUmq\n';
const SERVICE = 'test-registry';
const READY_WITHIN_MS = 60_000;

export function registryMissing(): string | undefined {
  if (existsSync(PROGRAM)) return undefined;
  const reason = `${PROGRAM} is not installed (Debian: docker-registry)`;
  if (process.env.CI === 'true') throw new Error(`registry needed under CI: ${reason}`);
  process.stderr.write(`skipped, what needs a registry: ${reason}\n`);
  return reason;
}

export async function startOciRegistry(auth: RegistryAuth): Promise<OciRegistry> {
  const dir = mkdtempSync(join(tmpdir(), 'wherry-registry-'));
  mkdirSync(join(dir, 'data'));
  const tokens = auth === 'token' ? await startTokens(dir) : null;
  writeFileSync(join(dir, 'htpasswd'), HTPASSWD);
  const auths = {
    none: '',
    password: `auth: { htpasswd: { realm: test, path: ${dir}/htpasswd } }`,
    token: `auth: { token: { realm: '${tokens?.realm}', service: ${SERVICE}, issuer: test, rootcertbundle: ${dir}/cert.pem } }`,
  };
  writeFileSync(
    join(dir, 'config.yml'),
    [
      'version: 0.1',
      'log: { level: info }',
      `storage: { filesystem: { rootdirectory: ${dir}/data } }`,
      'http: { addr: "127.0.0.1:0" }',
      auths[auth],
    ].join('\n'),
  );
  const child = spawn(PROGRAM, ['serve', join(dir, 'config.yml')], { stdio: ['ignore', 'pipe', 'pipe'] });
  const host = await hostOf(child);
  return {
    host,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      tokens?.server.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function hostOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => reject(new Error(`the registry did not start: ${text}`)), READY_WITHIN_MS);
    const read = (chunk: Buffer) => {
      text += chunk;
      const address = /listening on (127\.0\.0\.1:\d+)/.exec(text)?.[1];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(address);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => reject(new Error(`the registry ended with ${code}: ${text}`)));
  });
}

/** Source: distribution token authentication; a JSON Web Token with its certificate. */
async function startTokens(dir: string): Promise<{ readonly realm: string; readonly server: Server }> {
  const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  execFileSync(
    'openssl',
    ['req', '-x509', ...curve, '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=test'],
    {
      stdio: 'pipe',
    },
  );
  const privateKey = createPrivateKey(readFileSync(key));
  const chain = [readFileSync(cert, 'utf8').replace(/-----[^-]+-----|\s/g, '')];
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://tokens');
    const expected = `Basic ${Buffer.from(CREDENTIALS).toString('base64')}`;
    if (request.headers.authorization !== expected) return void response.writeHead(401).end();
    const [, name, actions] = (url.searchParams.get('scope') ?? '').split(':');
    const now = Math.floor(Date.now() / 1_000);
    const claims = {
      ...{ iss: 'test', sub: 'publisher', aud: url.searchParams.get('service'), jti: randomUUID() },
      ...{ exp: now + 300, nbf: now - 10, iat: now },
      access: [{ type: 'repository', name, actions: actions?.split(',') }],
    };
    const signed = `${encode({ typ: 'JWT', alg: 'ES256', x5c: chain })}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    response.end(JSON.stringify({ token: `${signed}.${signature.toString('base64url')}` }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { realm: `http://127.0.0.1:${(server.address() as { port: number }).port}/token`, server };
}
