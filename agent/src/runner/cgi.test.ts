import { describe, expect, it } from 'vitest';
import { formatCgi, parseCgi } from './cgi.ts';

const parse = (text: string) => {
  const { status, headers, body } = parseCgi(Buffer.from(text));
  return { status, headers, body: Buffer.from(body).toString() };
};

describe('CGI answers', () => {
  it.each([
    [
      'Status: 404 Not Found\nContent-Type: text/plain\n\nno',
      { status: 404, headers: { 'content-type': 'text/plain' }, body: 'no' },
    ],
    ['X-A: 1\r\nX-B: 2\r\n\r\n', { status: 200, headers: { 'x-a': '1', 'x-b': '2' }, body: '' }],
    ['just text', { status: 200, headers: {}, body: 'just text' }],
    [
      'a sentence: it has no head\nbut lines\n\nand a gap',
      { status: 200, headers: {}, body: 'a sentence: it has no head\nbut lines\n\nand a gap' },
    ],
    ['Status: 99\n\nx', { status: 500, headers: {}, body: 'x' }],
    ['Connection: close\nContent-Length: 9\nTransfer-Encoding: chunked\n\nx', { status: 200, headers: {}, body: 'x' }],
    ['\n\nbody', { status: 200, headers: {}, body: '\n\nbody' }],
    ['', { status: 200, headers: {}, body: '' }],
  ])('%j', (text, expected) => expect(parse(text)).toEqual(expected));

  it('take no header with a line break or control character in it', () =>
    expect(parse('X-A: a\rSet-Cookie: b\n\nbody').headers).toEqual({}));

  it('come back from their own form', () => {
    const answer = { status: 201, headers: { 'x-a': 'b' }, body: Buffer.from('c\n\nd') };
    expect(parseCgi(formatCgi(answer))).toMatchObject({ status: 201, headers: { 'x-a': 'b' } });
  });
});
