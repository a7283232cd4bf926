import { LIMITS, type UpChannel } from '@wherry/protocol';
import { describe, expect, it } from 'vitest';
import { decodeMessage } from './decode.ts';

const BOOT = 'a'.repeat(32);
const decode = (channel: UpChannel, payload: unknown, id?: string) =>
  decodeMessage({
    channel,
    ...(id === undefined ? {} : { id }),
    payload: Buffer.isBuffer(payload)
      ? payload
      : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)),
  });
const sig = `${'A'.repeat(86)}==`;
const line = { app: 'thermostat', atMs: 1, stream: 'log', level: 'info', text: 'hi' };

describe('messages of devices', () => {
  it.each<[UpChannel, unknown, string | undefined]>([
    ['presence', { status: 'online', boot: BOOT }, undefined],
    ['log', { lines: [line] }, undefined],
    ['result', { ok: true, message: 'done' }, 'c1'],
    ['usage', { boot: BOOT, samples: [{ seq: 1, fromMs: 0, toMs: 1, workloads: [] }], sig }, undefined],
  ])('takes a %s message', (channel, payload, id) =>
    expect(decode(channel, payload, id)).toMatchObject({ ok: true, value: { kind: channel } }),
  );

  it.each<[string, UpChannel, unknown]>([
    ['nothing', 'report', ''],
    ['not JSON', 'report', '{'],
    ['ill-formed UTF-8', 'report', Buffer.from([0x22, 0xff, 0x22])],
    ['null', 'report', 'null'],
    ['a list', 'usage', '[]'],
    ['deep nesting', 'log', '['.repeat(50_000) + ']'.repeat(50_000)],
    ['a number beyond all', 'log', `{"lines":[{"app":"a","atMs":1e309,"stream":"log","level":"info","text":""}]}`],
    ['samples without a signature', 'usage', { boot: BOOT, samples: [{}] }],
    ['an unknown field', 'presence', { status: 'online', boot: BOOT, extra: 1 }],
    ['a prototype', 'presence', `{"status":"online","boot":"${BOOT}","__proto__":{"x":1}}`],
    ['no signature', 'report', { payloadType: 'application/vnd.wherry.report.v1+json', payload: '', signatures: [] }],
    [
      'another payload type',
      'report',
      { payloadType: 'text/plain', payload: '', signatures: [{ keyid: BOOT, sig: '' }] },
    ],
    ['too many lines', 'log', { lines: Array.from({ length: LIMITS.logLines + 1 }, () => line) }],
    ['a line that is too long', 'log', { lines: [{ ...line, text: 'x'.repeat(LIMITS.logLineBytes + 1) }] }],
    ['an app that is a path', 'log', { lines: [{ ...line, app: '../x' }] }],
    ['no samples', 'usage', { boot: BOOT, samples: [], sig }],
    ['a negative number', 'log', { lines: [{ ...line, atMs: -1 }] }],
  ])('refuses %s', (_name, channel, payload) => {
    const decoded = decode(channel, payload);
    expect(decoded.ok).toBe(false);
    expect(!decoded.ok && decoded.problems[0]?.code).toBe('invalid_message');
  });
});
