/**
 * A runner that its guest has taken over: in the place of the real one, with its permissions and its channel. The app's name says
 * what it does; for the canary it is honest.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

const CHANNEL = 3;
let secret = '';

function readExactly(length) {
  const out = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const count = readSync(CHANNEL, out, at, length - at, null);
    if (count === 0) process.exit(0);
    at += count;
  }
  return out;
}

function receive() {
  const frame = readExactly(readExactly(4).readUInt32LE(0));
  const length = frame.readUInt32LE(0);
  return { head: JSON.parse(frame.toString('utf8', 4, 4 + length)), tail: frame.subarray(4 + length) };
}

function writeAll(bytes) {
  for (let at = 0; at < bytes.length; ) at += writeSync(CHANNEL, bytes, at);
}

function send(head, tail = Buffer.alloc(0)) {
  const json = Buffer.from(JSON.stringify(head));
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32LE(4 + json.length + tail.length, 0);
  lengths.writeUInt32LE(json.length, 4);
  writeAll(Buffer.concat([lengths, json, tail]));
}

function ask(operation, tail) {
  send({ type: 'host', ...operation }, tail);
  return receive();
}

function answer(text) {
  send({ type: 'done', result: { ok: true, answer: { status: 200, headers: {} } }, peakBytes: 0 }, Buffer.from(text));
}

function attempt(what) {
  try {
    return String(what());
  } catch (error) {
    return error.code ?? error.message;
  }
}

/** What a runner may not do whatever runs in it; each answers a code, or what it got. */
const THEFTS = {
  identity: (folder) => readFileSync(`${folder}/secret.txt`, 'utf8'),
  list: (folder) => readdirSync(folder).join(),
  write: (folder) => writeFileSync(`${folder}/planted`, 'x'),
  passwd: () => readFileSync('/etc/passwd', 'utf8').length,
  environment: () => readFileSync(`/proc/${process.ppid}/environ`, 'utf8').replaceAll('\0', ' '),
  child: () => execFileSync('/bin/id').toString(),
  worker: () => new Worker('', { eval: true }) && 'worker',
  binding: () => process.binding('spawn_sync') && 'binding',
};

const BEHAVIOURS = {
  canary: () => answer(`canary ${secret}\n[${secret}]`),
  'hostile-garbage': () => writeAll(Buffer.alloc(64 * 1024, 0xa5)),
  'hostile-long-frame': () => {
    writeAll(Buffer.from([0xff, 0xff, 0xff, 0xff]));
    for (;;) writeAll(Buffer.alloc(64 * 1024));
  },
  'hostile-forged-log': () => {
    send({ type: 'log', app: 'canary', level: 'error', stream: 'log', text: 'forged', skipped: 0 });
    answer('sent');
  },
  'hostile-forged-usage': () => {
    send({ type: 'usage', app: 'canary', calls: 424_242, cpuMs: 1 });
    answer('sent');
  },
  'hostile-log-flood': () => {
    for (;;) send({ type: 'log', level: 'info', stream: 'log', text: 'x'.repeat(4_000), skipped: 0 });
  },
  'hostile-ungranted': () => {
    const text = Buffer.from('x');
    const replies = [
      ask({ op: 'kv_set', key: 'k' }, text),
      ask({ op: 'kv_get', key: 'k' }),
      ask({ op: 'publish', topic: 'anything' }, text),
      ask({ op: 'fetch', method: 'GET', url: BEHAVIOURS.closedUrl, headers: {} }),
      ask({ op: 'gpio_write', pin: 'door', isActive: true }),
      ask({ op: 'i2c_transaction', bus: 'sensors', address: 0x50, operations: [{ kind: 'read', bytes: 1 }] }),
      ask({ op: 'serial_write', device: 'modem' }, text),
      ask({ op: 'symlink', fd: 0, name: 'planted', target: '/etc' }),
      ask({ op: 'symlink', fd: 4, name: 'planted', target: '/etc' }),
    ];
    answer(replies.map(({ head }) => head.status).join());
  },
  'hostile-crowd': () => {
    for (let at = 0; at < 10_000; at += 1) send({ type: 'host', op: 'kv_get', key: 'k' });
    answer('sent');
  },
  'hostile-theft': () => {
    const got = Object.entries(THEFTS).map(([name, theft]) => `${name}=${attempt(() => theft(BEHAVIOURS.folder))}`);
    answer(`${got.join(' ')} env=${Object.values(process.env).join()}`);
  },
  'hostile-silence': () => {
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
  },
};

const { head: first } = receive();
if (first.type === 'hello') {
  send({ type: 'ready', handlers: [], peakBytes: 0 });
  for (;;) {
    const { head } = receive();
    if (head.type === 'init') serve(head);
  }
}
serve(first);

function serve(init) {
  const [app] = init.args;
  secret = init.env.SECRET ?? '';
  BEHAVIOURS.closedUrl = init.env.CLOSED_URL;
  BEHAVIOURS.folder = init.env.AGENT_FOLDER;
  send({ type: 'ready', handlers: ['http'], peakBytes: 0 });
  for (;;) {
    const { head } = receive();
    if (head.type !== 'call') continue;
    if (head.event.on === 'http') BEHAVIOURS[app]();
    else answer('');
  }
}
