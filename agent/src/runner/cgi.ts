/**
 * The CGI form in which an http answer leaves a guest and a response reaches it: header lines, an empty line, the body.
 * `Status: 404` gives the status; without header lines everything is the body (RFC 3875, section 6).
 */
export interface CgiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const HEADER = /^([A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}):[ \t]*([\t\x20-\x7e\x80-\xff]{0,4096})$/;
const HEADERS_MAX = 32;
const HEAD_BYTES_MAX = 8 * 1024;
/** Headers that belong to the connection, which is the agent's. */
const NOT_THE_GUESTS = new Set([
  'connection',
  'content-length',
  'transfer-encoding',
  'keep-alive',
  'upgrade',
  'trailer',
]);

export function parseCgi(bytes: Uint8Array): CgiAnswer {
  const head = splitHead(bytes);
  const headers: Record<string, string> = {};
  let status = 200;
  if (head !== null) {
    for (const line of head.lines) {
      const match = HEADER.exec(line);
      if (match === null) return { status: 200, headers: {}, body: bytes };
      const name = (match[1] as string).toLowerCase();
      const value = (match[2] as string).trim();
      if (name === 'status') status = statusOf(value);
      else if (!NOT_THE_GUESTS.has(name)) headers[name] = value;
    }
    return { status, headers, body: bytes.subarray(head.bodyAt) };
  }
  return { status, headers, body: bytes };
}

export function formatCgi(answer: CgiAnswer): Uint8Array {
  const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}\n`);
  return Buffer.concat([Buffer.from(`Status: ${answer.status}\n${lines.join('')}\n`, 'latin1'), answer.body]);
}

function splitHead(bytes: Uint8Array): { lines: string[]; bodyAt: number } | null {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, HEAD_BYTES_MAX)).toString(
    'latin1',
  );
  const end = /\r?\n\r?\n/.exec(text);
  if (end === null || end.index === 0) return null;
  const lines = text.slice(0, end.index).split(/\r?\n/);
  return lines.length > HEADERS_MAX ? null : { lines, bodyAt: end.index + end[0].length };
}

function statusOf(value: string): number {
  const status = Number.parseInt(value, 10);
  return status >= 200 && status <= 599 ? status : 500;
}
