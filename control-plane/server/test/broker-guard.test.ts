import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { LIMITS } from '@wherry/protocol';
import { describe, expect, it } from 'vitest';
import type { Violation } from '../src/broker/guard/violations.ts';
import { eventually } from './support/eventually.ts';
import { CREDENTIALS, guardedBroker, TOPIC } from './support/guarded-broker.ts';
import { connectDevice, openDevice } from './support/mqtt-device.ts';
import { connectPacket, packet, publishPacket, text } from './support/raw-mqtt.ts';

/** Bytes of buffers that something still holds. */
function liveBufferBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().arrayBuffers;
}
/** What a device that is known may send. */
describe('the guard before the embedded broker, to devices', () => {
  const guard = guardedBroker();

  describe('afterwards', () => {
    it.each<[string, Buffer, Violation]>([
      ['a second CONNECT', connectPacket(CREDENTIALS), 'second_connect'],
      [
        'a packet that declares more than the limit',
        packet(0x32, Buffer.alloc(0), LIMITS.packetBytes + 1),
        'packet_too_large',
      ],
      ['QoS 2', publishPacket(TOPIC, 'x', 2), 'qos_refused'],
      ['QoS 3', publishPacket(TOPIC, 'x', 3), 'malformed_packet'],
      ['PUBREL', packet(0x62, Buffer.from([0, 1])), 'qos_refused'],
      ['packet id 0', publishPacket(TOPIC, 'x', 1, 0), 'malformed_packet'],
      ['a topic longer than its packet', packet(0x30, Buffer.from([0xff, 0xff, 0x61])), 'malformed_packet'],
      ['an empty topic', publishPacket('', 'x'), 'forbidden_topic'],
      ['NUL in a topic', publishPacket(`${TOPIC}\0`, 'x'), 'forbidden_text'],
      ['a wildcard in a topic', publishPacket('wherry/v1/acme/+/report', 'x'), 'forbidden_topic'],
      ['$SYS', publishPacket('$SYS/a/new/clients', 'acme/pi-2'), 'forbidden_topic'],
      ['a topic of 513 bytes', publishPacket('a'.repeat(513), 'x'), 'forbidden_topic'],
      ['SUBSCRIBE without filters', packet(0x82, Buffer.from([0, 1])), 'malformed_packet'],
      [
        'SUBSCRIBE with wrong flags',
        packet(0x80, Buffer.concat([Buffer.from([0, 1]), text('a'), Buffer.from([1])])),
        'malformed_packet',
      ],
      [
        'SUBSCRIBE of QoS 3',
        packet(0x82, Buffer.concat([Buffer.from([0, 1]), text('a'), Buffer.from([3])])),
        'malformed_packet',
      ],
      [
        'SUBSCRIBE to $SYS',
        packet(0x82, Buffer.concat([Buffer.from([0, 1]), text('$SYS/#'), Buffer.from([1])])),
        'forbidden_topic',
      ],
      [
        '1000 filters',
        packet(
          0x82,
          Buffer.concat([
            Buffer.from([0, 1]),
            ...Array.from({ length: 1000 }, () => Buffer.concat([text('a'), Buffer.from([1])])),
          ]),
        ),
        'malformed_packet',
      ],
      ['PINGREQ with a body', packet(0xc0, Buffer.from([1])), 'malformed_packet'],
      ['a packet only servers send', packet(0x20, Buffer.from([0, 0])), 'malformed_packet'],
      ['packet type 0', packet(0x00, Buffer.from([0])), 'malformed_packet'],
      ['packet type 15', packet(0xf0, Buffer.alloc(0)), 'malformed_packet'],
    ])('closes on %s', (_name, bytes, violation) => guard.refusedLater(bytes, violation));

    it('takes packets however they are cut', async () => {
      const peer = await guard.signedIn();
      const bytes = Buffer.concat([publishPacket(TOPIC, 'one', 1, 1), publishPacket(TOPIC, 'two', 1, 2)]);
      for (const byte of bytes) peer.socket.write(Buffer.from([byte]));
      await eventually('both', () => guard.received.length === 2);
      expect(guard.received.map(({ payload }) => Buffer.from(payload).toString())).toEqual(['one', 'two']);
      expect(guard.violations).toEqual([]);
    });

    it('takes what was sent right behind the CONNECT, and only once it is known who speaks', async () => {
      const peer = await guard.raw();
      const early = Array.from({ length: 200 }, (_, index) => publishPacket(TOPIC, 'early', 1, index + 1));
      peer.socket.write(Buffer.concat([connectPacket(CREDENTIALS), ...early]));
      await eventually('the early messages', () => guard.received.length === early.length);
      const stranger = await guard.raw();
      stranger.socket.write(
        Buffer.concat([connectPacket({ ...CREDENTIALS, password: 'wrong' }), publishPacket(TOPIC, 'early')]),
      );
      await stranger.closed;
      expect(guard.received).toHaveLength(early.length);
    });

    it('takes the largest packet that is allowed', async () => {
      const client = await connectDevice(guard.url, 'acme/pi-1', 'secret');
      const overhead = publishPacket(TOPIC, '').length + 2;
      await client.publishAsync(TOPIC, Buffer.alloc(LIMITS.packetBytes - overhead), { qos: 1 });
      expect(guard.received).toHaveLength(1);
      await client.endAsync(true);
    });

    it('keeps no retained message, however many are sent', async () => {
      await guard.broker.stop();
      const wide = { burst: 10_000, perSecond: 10_000 };
      await guard.start({ guard: { packets: wide, bytes: { burst: 1e9, perSecond: 1e9 } } });
      const client = await connectDevice(guard.url, 'acme/pi-1', 'secret');
      const beforeBytes = liveBufferBytes();
      for (let id = 0; id < 300; id += 1) {
        await client.publishAsync(`wherry/v1/acme/pi-1/result/r${id}`, Buffer.alloc(200_000), { qos: 1, retain: true });
        guard.received.length = 0;
      }
      // All of them would be 60 MB; what the collector has not come to yet is less.
      expect(liveBufferBytes() - beforeBytes).toBeLessThan(40_000_000);
      await client.endAsync(true);
    });

    it('keeps no session of a device that is away', async () => {
      for (let round = 0; round < 2; round += 1) {
        const client = openDevice(guard.url, 'acme/pi-1', 'secret', { clean: false });
        const isPresent = await new Promise((resolve) =>
          client.once('connect', ({ sessionPresent }) => resolve(sessionPresent)),
        );
        expect(isPresent).toBe(false);
        await client.subscribeAsync('wherry/v1/acme/pi-1/desired', { qos: 1 });
        await client.endAsync(true);
        await eventually('the end', () => !guard.broker.isConnected('acme', 'pi-1'));
      }
    });

    it('reads a flood at the allowed rate and loses nothing of it', async () => {
      await guard.stop();
      await guard.start({ guard: { packets: { burst: 50, perSecond: 200 } } });
      const client = await connectDevice(guard.url, 'acme/pi-1', 'secret');
      const send = (count: number) =>
        Promise.all(Array.from({ length: count }, (_, index) => client.publishAsync(TOPIC, String(index), { qos: 1 })));
      // Whatever comes in one read is taken; the debt of 100 packets is paid off before the next read.
      await send(150);
      const startedAtMs = performance.now();
      await send(1);
      expect(performance.now() - startedAtMs).toBeGreaterThan(300);
      expect(guard.received).toHaveLength(151);
      await client.endAsync(true);
    });
  });
});
