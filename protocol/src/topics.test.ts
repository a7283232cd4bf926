import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeviceId, TenantId } from './names.ts';
import { buildTopic, DOWN_CHANNELS, downFilter, parseTopic, type Topic, UP_CHANNELS } from './topics.ts';

const name = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,62}$/);
const topic: fc.Arbitrary<Topic> = fc
  .record({ tenant: name, device: name, channel: fc.constantFrom(...UP_CHANNELS, ...DOWN_CHANNELS), id: name })
  .map(({ tenant, device, channel, id }) => {
    const base = { tenant: tenant as TenantId, device: device as DeviceId, channel };
    return channel === 'command' || channel === 'result' ? { ...base, id } : base;
  });

describe('topics', () => {
  it('are parsed to what they were built from', () => {
    fc.assert(
      fc.property(topic, (value) => {
        expect(parseTopic(buildTopic(value))).toEqual({ ok: true, value });
      }),
    );
  });

  it('never throw when parsed, and what parses is built to the same text', () => {
    const near = fc.array(
      fc.constantFrom('wherry', 'v1', 'default', 'pi-1', 'report', 'command', 'x', '', '+', '#', '$SYS', '..', 'A'),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          near.map((levels) => levels.join('/')),
        ),
        (text) => {
          const read = parseTopic(text);
          if (read.ok) expect(buildTopic(read.value)).toBe(text);
          else expect(read.problems[0]?.code).toBe('invalid_topic');
        },
      ),
    );
  });

  it.each([
    '',
    'wherry/v1',
    'wherry/v2/default/pi-1/report',
    '/wherry/v1/default/pi-1/report',
    'wherry/v1/default/pi-1',
    'wherry/v1/default/pi-1/nothing',
    'wherry/v1/default/pi-1/constructor',
    'wherry/v1/default/+/report',
    'wherry/v1/#',
    'wherry/v1/default/pi-1/report/',
    'wherry/v1/default/pi-1/report/x',
    'wherry/v1/default/pi-1/command',
    'wherry/v1/default/pi-1/command/',
    'wherry/v1/default/pi-1/command/a/b',
    'wherry/v1/default/Pi-1/report',
    'wherry/v1/default/pi 1/report',
    'wherry/v1/default/pi-1\0/report',
    '$SYS/broker/uptime',
  ])('%j is refused', (text) => {
    expect(parseTopic(text)).toMatchObject({ ok: false, problems: [{ code: 'invalid_topic' }] });
  });

  it('give a device filters of its own branch only', () => {
    expect(DOWN_CHANNELS.map((channel) => downFilter('default' as TenantId, 'pi-1' as DeviceId, channel))).toEqual([
      'wherry/v1/default/pi-1/desired',
      'wherry/v1/default/pi-1/ack',
      'wherry/v1/default/pi-1/command/+',
    ]);
  });
});
