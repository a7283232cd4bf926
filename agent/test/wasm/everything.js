// Runs in QuickJS inside a component. Standard input names what to do, as JSON: { "do": name, … }; standard output is what came of it.

import environment from 'wasi:cli/environment@0.2.0';
import exit from 'wasi:cli/exit@0.2.0';
import stderr from 'wasi:cli/stderr@0.2.0';
import stdin from 'wasi:cli/stdin@0.2.0';
import stdout from 'wasi:cli/stdout@0.2.0';
import monotonic from 'wasi:clocks/monotonic-clock@0.2.0';
import wall from 'wasi:clocks/wall-clock@0.2.0';
import preopens from 'wasi:filesystem/preopens@0.2.0';
import poll from 'wasi:io/poll@0.2.0';
import random from 'wasi:random/random@0.2.0';

const bytesOf = (text) => Uint8Array.from(unescape(encodeURIComponent(text)), (c) => c.charCodeAt(0));
const textOf = (bytes) => decodeURIComponent(escape(String.fromCharCode(...bytes)));
const CREATE = { create: true, directory: false, exclusive: false, truncate: false };
const NONE = { create: false, directory: false, exclusive: false, truncate: false };
const FOLLOW = { symlinkFollow: true };
const NO_FOLLOW = { symlinkFollow: false };
const flags = (...names) => ({
  read: names.includes('read'),
  write: names.includes('write'),
  fileIntegritySync: false,
  dataIntegritySync: false,
  requestedWriteSync: false,
  mutateDirectory: false,
});
/** The answer of a call, or the code with which it failed. */
const attempt = (call) => {
  try {
    return call();
  } catch (error) {
    return typeof error === 'string'
      ? error
      : (error?.payload ?? error?.val ?? error?.message ?? JSON.stringify(error));
  }
};
function readAll(stream) {
  const parts = [];
  try {
    for (;;) parts.push(...stream.blockingRead(65536));
  } catch {
    return parts;
  }
}
const data = () => preopens.getDirectories()[0][0];
const open = (path, openFlags, ...names) => data().openAt(FOLLOW, path, openFlags, flags(...names));
function names(directory) {
  const stream = directory.readDirectory();
  const found = [];
  for (let entry = stream.readDirectoryEntry(); entry !== null; entry = stream.readDirectoryEntry())
    found.push(`${entry.name} ${entry.type}`);
  return found.sort();
}

const things = {
  look: () => ({
    environment: Object.fromEntries(environment.getEnvironment()),
    arguments: environment.getArguments(),
    folders: preopens.getDirectories().map(([, name]) => name),
  }),
  clocks: () => {
    const before = monotonic.now();
    poll.poll([monotonic.subscribeDuration(20_000_000), monotonic.subscribeDuration(3_600_000_000_000)]);
    return { sleptNs: monotonic.now() - before, seconds: wall.now().seconds };
  },
  random: () => [random.getRandomBytes(16).length, new Set([1, 2, 3].map(() => random.getRandomU64())).size === 3],
  files: () => {
    const file = open('a.txt', CREATE, 'read', 'write');
    const out = file.writeViaStream(0);
    out.blockingWriteAndFlush(bytesOf('hello '));
    out.blockingWriteAndFlush(bytesOf('wörld'));
    file.appendViaStream().blockingWriteAndFlush(bytesOf('!'));
    const size = file.stat().size;
    file.setSize(5);
    data().createDirectoryAt('d');
    data().symlinkAt('../a.txt', 'd/link');
    data().linkAt(NO_FOLLOW, 'a.txt', data(), 'd/hard');
    data().renameAt('d/hard', data(), 'd/harder');
    const sub = open('d', { ...NONE, directory: true }, 'read');
    const result = {
      size,
      content: textOf(readAll(open('d/link', NONE, 'read').readViaStream(0))),
      part: file.read(3, 1).map((part) => (typeof part === 'boolean' ? part : textOf(part))),
      type: [file.getType(), sub.getType(), data().statAt(NO_FOLLOW, 'd/link').type],
      names: names(sub),
      link: data().readlinkAt('d/link'),
      same: file.isSameObject(open('d/harder', NONE, 'read')),
      links: file.stat().linkCount,
    };
    data().unlinkFileAt('d/link');
    data().unlinkFileAt('d/harder');
    data().removeDirectoryAt('d');
    return { ...result, left: names(data()) };
  },
  escape: ({ paths }) => paths.map((path) => attempt(() => textOf(readAll(open(path, NONE, 'read').readViaStream(0))))),
  refusals: () => [
    attempt(() => open('missing', NONE, 'read') && 'opened'),
    attempt(() => open('.', NONE, 'write') && 'opened'),
    attempt(() => data().symlinkAt('/etc/passwd', 'absolute') ?? 'made'),
    attempt(() => data().unlinkFileAt('missing') ?? 'gone'),
    attempt(() => (open('r', CREATE, 'read').write(bytesOf('x'), 0) ? 'written' : '')),
  ],
  fill: ({ bytes }) => {
    const out = open('big', CREATE, 'write').writeViaStream(0);
    let written = 0;
    const part = new Uint8Array(4096);
    const failure = attempt(() => {
      for (; written < bytes; written += part.length) out.blockingWriteAndFlush(part);
      return 'all';
    });
    return { written, failure: failure === 'all' ? failure : 'failed' };
  },
  complain: ({ text }) => stderr.getStderr().blockingWriteAndFlush(bytesOf(`${text}\n`)) ?? 'said',
  exit: ({ code }) => exit.exitWithCode(code),
  loop: () => {
    for (;;);
  },
  hoard: () => {
    const parts = [];
    for (;;) parts.push(new Uint8Array(1024 * 1024).fill(1));
  },
};

export const run = {
  run() {
    const wanted = JSON.parse(textOf(readAll(stdin.getStdin())) || '{"do":"look"}');
    const result = JSON.stringify(things[wanted.do](wanted));
    stdout.getStdout().blockingWriteAndFlush(bytesOf(`Content-Type: application/json\n\n${result}`));
  },
};
