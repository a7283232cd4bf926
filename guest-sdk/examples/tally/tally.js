// A component of WASI 0.2 in JavaScript: counts the words of what it is sent. Each trigger begins it afresh; what happened is in the
// environment, the body or payload is the standard input, and for an http trigger the standard output is the answer.
import environment from 'wasi:cli/environment@0.2.0';
import stdin from 'wasi:cli/stdin@0.2.0';
import stdout from 'wasi:cli/stdout@0.2.0';

const bytesOf = (text) => Uint8Array.from(unescape(encodeURIComponent(text)), (c) => c.charCodeAt(0));
const textOf = (bytes) => decodeURIComponent(escape(bytes.map((byte) => String.fromCharCode(byte)).join('')));

function readAll(stream) {
  const bytes = [];
  try {
    for (;;) bytes.push(...stream.blockingRead(4096));
  } catch {
    return bytes;
  }
}

export const run = {
  run() {
    const counts = new Map();
    for (const [word] of textOf(readAll(stdin.getStdin()))
      .toLowerCase()
      .matchAll(/\p{L}+/gu))
      counts.set(word, (counts.get(word) ?? 0) + 1);
    const most = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, 10);
    const isAnswer = environment
      .getEnvironment()
      .some(([name, value]) => name === 'WHERRY_TRIGGER' && value === 'http');
    const head = isAnswer ? 'Content-Type: application/json\n\n' : '';
    stdout.getStdout().blockingWriteAndFlush(bytesOf(`${head}${JSON.stringify(Object.fromEntries(most))}\n`));
  },
};
