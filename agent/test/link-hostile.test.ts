import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createSecureServer, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeReportKey } from '../src/claim/report-key.ts';
import { createLink } from '../src/link/link.ts';
import type { DeviceLink } from '../src/link/options.ts';
import { createMemoryOutbox } from './memory-outbox.ts';
import { until } from './until.ts';

/** Brokers that are not what they should be. Whatever they do, the agent lives, tries again, and gives its secret to no stranger. */
const SECRET = 'secret'.repeat(8);
const CONNACK = Buffer.from([0x20, 2, 0, 0]);
let folder: string;
let server: Server | undefined;
let link: DeviceLink | undefined;
const sockets = new Set<Socket>();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wherry-link-'));
});
afterEach(async () => {
  await link?.stop();
  link = undefined;
  for (const socket of sockets) socket.destroy();
  await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  server = undefined;
  rmSync(folder, { recursive: true });
});

async function listen(made: Server): Promise<number> {
  server = made;
  made.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return (made.address() as AddressInfo).port;
}

function startLink(mqttUrl: string): DeviceLink {
  const boot = 'a'.repeat(32);
  link = createLink({
    identity: {
      tenant: 'default',
      device: 'pi-7',
      secret: SECRET,
      serverUrl: 'http://127.0.0.1:1',
      mqttUrl,
      reportPrivateKey: makeReportKey().privateKey,
    },
    boot,
    outbox: createMemoryOutbox(boot),
    events: { desired: () => {}, command: async () => ({ ok: true, message: '' }), connection: () => {} },
    generation: () => 0,
    isDirectors: () => false,
    log: pino({ level: 'silent' }),
    tuning: { backoffBaseMs: 5, backoffCapMs: 20, connectTimeoutMs: 200 },
  });
  link.start();
  return link;
}

const failures = () => link?.counters().connect_failures ?? 0;

/** A broker of a few bytes: accepts everybody and every subscription. */
function acceptEverything(socket: Socket, onConnected: () => void = () => {}): void {
  socket.on('data', (bytes: Buffer) => {
    const kind = (bytes[0] ?? 0) >> 4;
    if (kind === 1) socket.write(CONNACK);
    if (kind === 8) {
      socket.write(Buffer.from([0x90, 5, bytes[2] ?? 0, bytes[3] ?? 0, 1, 1, 1]));
      onConnected();
    }
  });
}

test('a broker that accepts and says nothing is left and tried again', async () => {
  startLink(`mqtt://127.0.0.1:${await listen(createServer(() => {}))}`);
  await until('two failures', () => failures() >= 2);
});

test('an agent that waits for a silent broker can be stopped at once', async () => {
  startLink(`mqtt://127.0.0.1:${await listen(createServer(() => {}))}`);
  await until('it is connecting', () => sockets.size > 0);
  const before = performance.now();
  await link?.stop();
  expect(performance.now() - before).toBeLessThan(1_000);
});

test.each([
  [
    'refuses the subscription',
    (socket: Socket) => {
      socket.on('data', (bytes: Buffer) => {
        const kind = (bytes[0] ?? 0) >> 4;
        if (kind === 1) socket.write(CONNACK);
        if (kind === 8) socket.write(Buffer.from([0x90, 5, bytes[2] ?? 0, bytes[3] ?? 0, 1, 0x80, 1]));
      });
    },
  ],
  ['refuses the device', (socket: Socket) => void socket.write(Buffer.from([0x20, 2, 0, 5]))],
  ['speaks HTTP', (socket: Socket) => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ['sends a length that is not one', (socket: Socket) => void socket.write(Buffer.alloc(64, 0xff))],
  ['confirms what was never asked', (socket: Socket) => void socket.write(Buffer.from([0x40, 2, 0x12, 0x34, 0xd0, 0]))],
  ['hangs up', (socket: Socket) => void socket.destroy()],
])('a broker that %s is tried again', async (_, behave) => {
  startLink(`mqtt://127.0.0.1:${await listen(createServer(behave))}`);
  await until('three failures', () => failures() >= 3);
  expect(link?.isUp).toBe(false);
});

test('random bytes after a good start, a hundred times', async () => {
  let seed = 1;
  const nextByte = () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return (seed >>> 16) & 0xff;
  };
  const port = await listen(
    createServer((socket) =>
      acceptEverything(socket, () => {
        socket.write(Buffer.from(Array.from({ length: 200 }, nextByte)));
        socket.end();
      }),
    ),
  );
  startLink(`mqtt://127.0.0.1:${port}`);
  await until('a hundred sessions', () => (link?.counters().sessions ?? 0) + failures() >= 100);
});

test('a packet of 256 MB is read past and not held; the one behind it is understood', async () => {
  const announced = 268_435_455;
  const block = Buffer.alloc(65_536);
  const port = await listen(
    createServer((socket) =>
      acceptEverything(socket, () => {
        let left = announced;
        const more = () => {
          while (left > 0) {
            const part = block.subarray(0, Math.min(left, block.length));
            left -= part.length;
            if (!socket.write(part)) return;
          }
          socket.off('drain', more);
          socket.write(Buffer.from([0x30, 3, 0, 1, 0x61]));
        };
        socket.on('drain', more);
        socket.write(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]));
        more();
      }),
    ),
  );
  const before = process.memoryUsage.rss();
  startLink(`mqtt://127.0.0.1:${port}`);
  await until('the message behind it was seen', () => link?.counters().topic_foreign === 1);
  expect(link?.counters()).toMatchObject({ packet_too_large: 1, sessions: 1 });
  expect(process.memoryUsage.rss() - before).toBeLessThan(announced / 2);
});

test.each(['http://127.0.0.1:1', 'mqtt://127.0.0.1:99999', 'mqtt://', ''])(
  'an address that is not one (%j) is a failure, not a crash',
  async (mqttUrl) => {
    startLink(mqttUrl);
    await until('two failures', () => failures() >= 2);
  },
);

function makeCertificate(): { key: Buffer; cert: Buffer } {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, '-days', '1', ...subject], {
    stdio: 'ignore',
  });
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

test('over TLS, the secret goes to a broker with a trusted certificate and to no other', async () => {
  const certificate = makeCertificate();
  const seen: Buffer[] = [];
  const secure = createSecureServer(certificate, (socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => seen.push(bytes));
    acceptEverything(socket);
  });
  secure.on('tlsClientError', () => {});
  const port = await listen(secure);
  startLink(`mqtts://localhost:${port}`);
  await until('an untrusted broker was refused twice', () => failures() >= 2);
  expect(Buffer.concat(seen).includes(SECRET)).toBe(false);
  await link?.stop();

  const before = getCACertificates('default');
  setDefaultCACertificates([...before, certificate.cert.toString()]);
  try {
    startLink(`mqtts://localhost:${port}`);
    await until('the session is up', () => link?.isUp === true);
    expect(Buffer.concat(seen).includes(SECRET)).toBe(true);
    await link?.stop();
    seen.length = 0;
    // The same certificate under another name.
    startLink(`mqtts://127.0.0.1:${port}`);
    await until('a certificate of another name was refused', () => failures() >= 2);
    expect(Buffer.concat(seen).includes(SECRET)).toBe(false);
  } finally {
    setDefaultCACertificates(before);
  }
});
