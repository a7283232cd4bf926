import { LIMITS } from '@wherry/protocol';
import { describe, expect, it } from 'vitest';
import type { Violation } from '../src/broker/guard/violations.ts';
import { eventually } from './support/eventually.ts';
import { CREDENTIALS, guardedBroker, TOPIC } from './support/guarded-broker.ts';
import { attempt } from './support/mqtt-device.ts';
import { type ConnectFields, connectPacket, packet, publishPacket } from './support/raw-mqtt.ts';

/** Who is not known yet gets nothing. */
describe('the guard before the embedded broker, to strangers', () => {
  const guard = guardedBroker();

  describe('before the CONNECT', () => {
    it.each<[string, Buffer, Violation]>([
      ['a PUBLISH first', publishPacket(TOPIC, 'x'), 'first_not_connect'],
      ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'first_not_connect'],
      ['TLS', Buffer.from([0x16, 3, 1, 2, 0, 1]), 'malformed_packet'],
      ['a CONNECT that declares 256 MB', packet(0x10, Buffer.alloc(0), 268_435_455), 'connect_too_large'],
      ['a length of five bytes', Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0x01]), 'malformed_length'],
      ['flags in the CONNECT header', packet(0x11, Buffer.alloc(12)), 'malformed_packet'],
      ['an empty CONNECT', packet(0x10, Buffer.alloc(0)), 'malformed_packet'],
      ['a reserved connect flag', connectPacket({ ...CREDENTIALS, flags: 0xc3 }), 'malformed_packet'],
      [
        'bytes after the CONNECT payload',
        Buffer.concat([packet(0x10, Buffer.concat([connectPacket(CREDENTIALS).subarray(2), Buffer.from('x')]))]),
        'malformed_packet',
      ],
      ['another protocol name', connectPacket({ ...CREDENTIALS, protocol: 'MQTX' }), 'malformed_packet'],
    ])('closes on %s', (_name, bytes, violation) => guard.refusedFirst(bytes, violation));

    it.each<[string, ConnectFields, Violation]>([
      ['NUL in the client id', { clientId: 'acme/pi\0' }, 'forbidden_text'],
      ['a control character in the client id', { clientId: 'acme/pi\u001b[2J' }, 'forbidden_text'],
      ['a C1 control character', { clientId: 'acme/pi\u0085' }, 'forbidden_text'],
      ['a surrogate in the client id', { clientId: Buffer.from([0x61, 0xed, 0xa0, 0x80]) }, 'forbidden_text'],
      ['an overlong form', { clientId: Buffer.from([0xc0, 0xaf]) }, 'forbidden_text'],
      ['a line break in the user name', { userName: 'acme/pi-1\nroot' }, 'forbidden_text'],
      ['a will on $SYS', { will: { topic: '$SYS/x/new/clients', payload: 'x' } }, 'forbidden_topic'],
      ['a will on a wildcard', { will: { topic: 'wherry/v1/acme/+/report', payload: 'x' } }, 'forbidden_topic'],
      ['a will of QoS 2', { will: { topic: TOPIC, payload: 'x', qos: 2 } }, 'qos_refused'],
      ['a will of QoS 3', { will: { topic: TOPIC, payload: 'x', qos: 3 } }, 'malformed_packet'],
      ['a will with NUL in its topic', { will: { topic: 'wherry/\0', payload: 'x' } }, 'forbidden_text'],
      ['a CONNECT above the limit', { password: 'x'.repeat(LIMITS.connectPacketBytes) }, 'connect_too_large'],
    ])('closes on %s', (_name, fields, violation) =>
      guard.refusedFirst(connectPacket({ ...CREDENTIALS, ...fields }), violation),
    );

    it('tells a client of another MQTT version why', async () => {
      const peer = await guard.raw();
      peer.socket.write(connectPacket({ ...CREDENTIALS, level: 5 }));
      await peer.closed;
      expect(peer.bytes()).toEqual(Buffer.from([0x20, 2, 0, 1]));
      expect(guard.violations).toEqual(['version_unsupported']);
    });

    it('closes a stranger who says nothing, and one who dribbles', async () => {
      await guard.stop();
      await guard.start({ guard: { connectWithinMs: 200 } });
      const silent = await guard.raw();
      const slow = await guard.raw();
      slow.socket.write(connectPacket(CREDENTIALS).subarray(0, 8));
      await Promise.all([silent.closed, slow.closed]);
      expect(guard.violations).toEqual(['connect_late', 'connect_late']);
    });

    it('lets only so many strangers in, and devices that are in do not count', async () => {
      await guard.stop();
      await guard.start({ gate: { connections: 4, unauthenticatedConnections: 2, unauthenticatedPerAddress: 2 } });
      await guard.signedIn();
      const one = await guard.raw();
      await guard.raw();
      const third = await guard.raw();
      await third.closed;
      expect(guard.violations).toEqual(['too_many_connections']);
      one.socket.destroy();
      await eventually(
        'room again',
        async () =>
          !(await guard.raw().then(async (peer) => {
            peer.socket.write(connectPacket({ ...CREDENTIALS, clientId: 'acme/pi-2', userName: 'acme/pi-2' }));
            await Promise.race([peer.closed, eventually('answer', () => peer.bytes().length > 0 || peer.isClosed())]);
            return peer.isClosed();
          })),
      );
    });
  });

  it('slows down who guesses a secret, and nobody else behind the same address', async () => {
    const codes: (number | 'closed')[] = [];
    for (let tries = 0; tries < 23; tries += 1) codes.push(await attempt(guard.url, 'acme/pi-1', 'wrong'));
    expect(codes.slice(0, 20)).toEqual(Array(20).fill(4));
    expect(codes.slice(21)).toEqual([3, 3]);
    expect(guard.authentications).toBeLessThan(23);
    expect(await attempt(guard.url, 'acme/pi-1', 'secret')).toBe(3);
    expect(await attempt(guard.url, 'acme/pi-2', 'secret')).toBe(0);
  });

  it('keeps memory flat whatever strangers declare', async () => {
    const beforeBytes = process.memoryUsage.rss();
    const filler = Buffer.alloc(64 * 1024, 0x61);
    for (let round = 0; round < 40; round += 1) {
      const crowd = await Promise.all(Array.from({ length: 10 }, () => guard.raw()));
      for (const [index, peer] of crowd.entries()) {
        peer.socket.write(
          index % 2 === 0
            ? packet(0x10, Buffer.alloc(0), 268_435_455)
            : packet(0x10, Buffer.alloc(0), LIMITS.connectPacketBytes - 3),
        );
        peer.socket.write(filler);
      }
      await Promise.all(crowd.map(({ closed }) => closed));
    }
    expect(guard.authentications).toBe(0);
    expect(guard.violations).toHaveLength(400);
    expect(process.memoryUsage.rss() - beforeBytes).toBeLessThan(100 * 1024 * 1024);
  });
});
