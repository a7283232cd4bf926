import { DOWN_CHANNELS, downFilter, UP_CHANNELS } from '@wherry/protocol';
import { describe, expect, it } from 'vitest';
import { type Identity, parseIdentity } from './identity.ts';
import { appMessageOf, mayPublish, maySubscribe } from './rights.ts';

const me = parseIdentity('acme/pi-1') as Identity;

describe('identities', () => {
  it.each(['', 'acme', 'acme/', '/pi', 'acme/pi/1', 'acme/+', 'ACME/pi', 'acme/pi 1', 'acme/pi\n1', '#/x'])(
    'refuses %j',
    (name) => expect(parseIdentity(name)).toBeNull(),
  );
});

describe('the own branch', () => {
  it('may be spoken on, up only', () => {
    for (const channel of UP_CHANNELS)
      expect(mayPublish(me, `wherry/v1/acme/pi-1/${channel}${channel === 'result' ? '/c1' : ''}`).ok).toBe(true);
    for (const channel of DOWN_CHANNELS)
      expect(mayPublish(me, `wherry/v1/acme/pi-1/${channel}${channel === 'command' ? '/c1' : ''}`).ok).toBe(false);
    for (const topic of [
      'wherry/v1/acme/pi-2/report',
      'wherry/v1/acme2/pi-1/report',
      'wherry/v2/acme/pi-1/report',
      'wherry/v1/acme/pi-1/result',
    ])
      expect(mayPublish(me, topic).ok).toBe(false);
  });

  it('may be listened to, down only', () => {
    for (const channel of DOWN_CHANNELS) expect(maySubscribe(me, downFilter(me.tenant, me.device, channel))).toBe(true);
    for (const filter of [
      'wherry/v1/acme/pi-1/#',
      'wherry/v1/acme/pi-1/+',
      'wherry/v1/acme/pi-1/report',
      'wherry/v1/acme/pi-2/desired',
      '#',
    ])
      expect(maySubscribe(me, filter)).toBe(false);
  });
});

describe('the branch of its apps', () => {
  it('may be spoken on by the device itself, outwards only', () => {
    expect(appMessageOf(me, 'wherry/v1/acme/pi-1/app/heating/out/state/hall')).toMatchObject({
      app: 'heating',
      path: 'state/hall',
    });
    for (const topic of [
      'wherry/v1/acme/pi-1/app/heating/in/setpoint',
      'wherry/v1/acme/pi-2/app/heating/out/state',
      'wherry/v1/acme2/pi-1/app/heating/out/state',
      'wherry/v1/acme/pi-1/report',
    ])
      expect(appMessageOf(me, topic)).toBeNull();
  });

  it('may be listened to by the device itself, as a whole and inwards only', () => {
    expect(maySubscribe(me, 'wherry/v1/acme/pi-1/app/+/in/#')).toBe(true);
    for (const filter of [
      'wherry/v1/acme/pi-1/app/#',
      'wherry/v1/acme/pi-1/app/+/out/#',
      'wherry/v1/acme/pi-2/app/+/in/#',
      'wherry/v1/acme/+/app/+/in/#',
    ])
      expect(maySubscribe(me, filter)).toBe(false);
  });
});
