import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createHttpClient, type HttpClient } from '../src/link/http-client.ts';
import { HttpError } from '../src/link/http-message.ts';
import type { HttpTls } from '../src/link/http-tls.ts';
import { readBounded } from '../src/link/read-bounded.ts';

interface Party {
  readonly cert: string;
  readonly key: string;
}
let folder: string;
let ca: Party;
let device: Party;
let server: Server;
let url: string;
let heard: string[];
let client: HttpClient;

/** Of an authority, or of one whom it names. */
function makeParty(name: string, more: readonly string[]): Party {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const files = ['-keyout', key, '-out', cert, '-days', '1', '-subj', `/CN=${name}`];
  execFileSync('openssl', ['req', '-x509', ...curve, ...files, ...more], { stdio: 'ignore' });
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wherry-tls-'));
  ca = makeParty('ca', []);
  const named = ['-CA', join(folder, 'ca.pem'), '-CAkey', join(folder, 'ca.key')];
  device = makeParty('device', named);
  const own = makeParty('server', [...named, '-addext', 'subjectAltName=IP:127.0.0.1']);
  server = createServer(
    { ...own, cert: own.cert + ca.cert, ca: ca.cert, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      const socket = request.socket as TLSSocket;
      heard.push(socket.authorized ? String(socket.getPeerCertificate().subject.CN) : 'a stranger');
      response.end('here');
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => client.close());
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

async function ask(tls: () => HttpTls): Promise<string | null> {
  heard = [];
  client = createHttpClient({ tls });
  return readBounded(await client.request(url), 1_000);
}

it('a client believes its own authority only, and shows its own certificate', async () => {
  expect(await ask(() => ({ ca: ca.cert, ...device }))).toBe('here');
  expect(heard).toEqual(['device']);
  await expect(ask(() => ({}))).rejects.toThrow(HttpError);
  await expect(ask(() => ({ ca: ca.cert, servername: 'elsewhere.example' }))).rejects.toThrow(HttpError);
  expect(heard).toEqual([]);
});

it('a renewed certificate is used from the next connection on', async () => {
  let tls: HttpTls = { ca: ca.cert };
  expect(await ask(() => tls)).toBe('here');
  tls = { ...tls, ...device };
  client.close();
  await readBounded(await client.request(url), 1_000);
  expect(heard).toEqual(['a stranger', 'device']);
});

it('nothing is sent to whom its own judgement refuses', async () => {
  const pinned = new X509Certificate(ca.cert).fingerprint256;
  const judge = (wanted: string) => (socket: TLSSocket) => {
    const issuer = socket.getPeerCertificate(true).issuerCertificate?.fingerprint256;
    return issuer === wanted ? undefined : new Error('another authority');
  };
  await expect(ask(() => ({ rejectUnauthorized: false, checkPeer: judge('00') }))).rejects.toMatchObject({
    name: 'HttpError',
    message: 'another authority',
  });
  expect(heard).toEqual([]);
  expect(await ask(() => ({ rejectUnauthorized: false, checkPeer: judge(pinned) }))).toBe('here');
});
