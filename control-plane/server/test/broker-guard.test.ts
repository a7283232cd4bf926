import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { LIMITS, succeed } from '@wherry/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEmbeddedBroker, type EmbeddedBrokerOptions } from '../src/broker/embedded/embedded-broker.ts';
import type { Violation } from '../src/broker/guard/violations.ts';
import type { Broker, IncomingMessage } from '../src/broker/port.ts';
import { eventually } from './support/eventually.ts';
import { attempt, connectDevice, openDevice } from './support/mqtt-device.ts';
import {
  type ConnectFields,
  connectPacket,
  openRaw,
  packet,
  publishPacket,
  type RawPeer,
  text,
} from './support/raw-mqtt.ts';

const CREDENTIALS = { clientId: 'acme/pi-1', userName: 'acme/pi-1', password: 'secret' };
const TOPIC = 'wherry/v1/acme/pi-1/report';
const CONNACK_ACCEPTED = Buffer.from([0x20, 2, 0, 0]);

/** Bytes of buffers that something still holds. */
function liveBufferBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().arrayBuffers;
}

describe('the guard before the embedded broker', () => {
  let broker: Broker;
  let url: string;
  let violations: Violation[];
  let received: IncomingMessage[];
  let authentications: number;
  const peers: RawPeer[] = [];

  async function start(options: Partial<EmbeddedBrokerOptions> = {}): Promise<void> {
    violations = [];
    received = [];
    authentications = 0;
    broker = createEmbeddedBroker({
      host: '127.0.0.1',
      port: 0,
      onViolation: (violation) => violations.push(violation),
      ...options,
    });
    ({ url } = await broker.start({
      authenticate: async (_tenant, _device, secret) => {
        authentications += 1;
        return secret === 'secret';
      },
      receive: async (message) => {
        received.push(message);
        return succeed(undefined);
      },
      connected: () => {},
      disconnected: () => {},
    }));
  }
  beforeEach(() => start());
  afterEach(async () => {
    for (const { socket } of peers.splice(0)) socket.destroy();
    await broker.stop();
  });

  async function raw(): Promise<RawPeer> {
    const peer = await openRaw(url);
    peers.push(peer);
    return peer;
  }
  async function signedIn(): Promise<RawPeer> {
    const peer = await raw();
    peer.socket.write(connectPacket(CREDENTIALS));
    await eventually('CONNACK', () => peer.bytes().subarray(0, 4).equals(CONNACK_ACCEPTED));
    return peer;
  }
  async function refusedFirst(bytes: Buffer, expected: Violation): Promise<void> {
    const peer = await raw();
    peer.socket.write(bytes);
    await peer.closed;
    expect(violations).toEqual([expected]);
    expect(authentications).toBe(0);
  }
  async function refusedLater(bytes: Buffer, expected: Violation): Promise<void> {
    const peer = await signedIn();
    peer.socket.write(bytes);
    await peer.closed;
    expect(violations).toEqual([expected]);
    expect(received).toEqual([]);
  }

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
    ])('closes on %s', (_name, bytes, violation) => refusedFirst(bytes, violation));

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
      refusedFirst(connectPacket({ ...CREDENTIALS, ...fields }), violation),
    );

    it('tells a client of another MQTT version why', async () => {
      const peer = await raw();
      peer.socket.write(connectPacket({ ...CREDENTIALS, level: 5 }));
      await peer.closed;
      expect(peer.bytes()).toEqual(Buffer.from([0x20, 2, 0, 1]));
      expect(violations).toEqual(['version_unsupported']);
    });

    it('closes a stranger who says nothing, and one who dribbles', async () => {
      await broker.stop();
      await start({ guard: { connectWithinMs: 200 } });
      const silent = await raw();
      const slow = await raw();
      slow.socket.write(connectPacket(CREDENTIALS).subarray(0, 8));
      await Promise.all([silent.closed, slow.closed]);
      expect(violations).toEqual(['connect_late', 'connect_late']);
    });

    it('lets only so many strangers in, and devices that are in do not count', async () => {
      await broker.stop();
      await start({ gate: { connections: 4, unauthenticatedConnections: 2, unauthenticatedPerAddress: 2 } });
      await signedIn();
      const one = await raw();
      await raw();
      const third = await raw();
      await third.closed;
      expect(violations).toEqual(['too_many_connections']);
      one.socket.destroy();
      await eventually(
        'room again',
        async () =>
          !(await raw().then(async (peer) => {
            peer.socket.write(connectPacket({ ...CREDENTIALS, clientId: 'acme/pi-2', userName: 'acme/pi-2' }));
            await Promise.race([peer.closed, eventually('answer', () => peer.bytes().length > 0 || peer.isClosed())]);
            return peer.isClosed();
          })),
      );
    });
  });

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
    ])('closes on %s', (_name, bytes, violation) => refusedLater(bytes, violation));

    it('takes packets however they are cut', async () => {
      const peer = await signedIn();
      const bytes = Buffer.concat([publishPacket(TOPIC, 'one', 1, 1), publishPacket(TOPIC, 'two', 1, 2)]);
      for (const byte of bytes) peer.socket.write(Buffer.from([byte]));
      await eventually('both', () => received.length === 2);
      expect(received.map(({ payload }) => Buffer.from(payload).toString())).toEqual(['one', 'two']);
      expect(violations).toEqual([]);
    });

    it('takes what was sent right behind the CONNECT, and only once it is known who speaks', async () => {
      const peer = await raw();
      const early = Array.from({ length: 200 }, (_, index) => publishPacket(TOPIC, 'early', 1, index + 1));
      peer.socket.write(Buffer.concat([connectPacket(CREDENTIALS), ...early]));
      await eventually('the early messages', () => received.length === early.length);
      const stranger = await raw();
      stranger.socket.write(
        Buffer.concat([connectPacket({ ...CREDENTIALS, password: 'wrong' }), publishPacket(TOPIC, 'early')]),
      );
      await stranger.closed;
      expect(received).toHaveLength(early.length);
    });

    it('takes the largest packet that is allowed', async () => {
      const client = await connectDevice(url, 'acme/pi-1', 'secret');
      const overhead = publishPacket(TOPIC, '').length + 2;
      await client.publishAsync(TOPIC, Buffer.alloc(LIMITS.packetBytes - overhead), { qos: 1 });
      expect(received).toHaveLength(1);
      await client.endAsync(true);
    });

    it('keeps no retained message, however many are sent', async () => {
      await broker.stop();
      const wide = { burst: 10_000, perSecond: 10_000 };
      await start({ guard: { packets: wide, bytes: { burst: 1e9, perSecond: 1e9 } } });
      const client = await connectDevice(url, 'acme/pi-1', 'secret');
      const beforeBytes = liveBufferBytes();
      for (let id = 0; id < 300; id += 1) {
        await client.publishAsync(`wherry/v1/acme/pi-1/result/r${id}`, Buffer.alloc(200_000), { qos: 1, retain: true });
        received.length = 0;
      }
      expect(liveBufferBytes() - beforeBytes).toBeLessThan(20_000_000);
      await client.endAsync(true);
    });

    it('keeps no session of a device that is away', async () => {
      for (let round = 0; round < 2; round += 1) {
        const client = openDevice(url, 'acme/pi-1', 'secret', { clean: false });
        const isPresent = await new Promise((resolve) =>
          client.once('connect', ({ sessionPresent }) => resolve(sessionPresent)),
        );
        expect(isPresent).toBe(false);
        await client.subscribeAsync('wherry/v1/acme/pi-1/desired', { qos: 1 });
        await client.endAsync(true);
        await eventually('the end', () => !broker.isConnected('acme', 'pi-1'));
      }
    });

    it('reads a flood at the allowed rate and loses nothing of it', async () => {
      await broker.stop();
      await start({ guard: { packets: { burst: 50, perSecond: 200 } } });
      const client = await connectDevice(url, 'acme/pi-1', 'secret');
      const send = (count: number) =>
        Promise.all(Array.from({ length: count }, (_, index) => client.publishAsync(TOPIC, String(index), { qos: 1 })));
      // Whatever comes in one read is taken; the debt of 100 packets is paid off before the next read.
      await send(150);
      const startedAtMs = performance.now();
      await send(1);
      expect(performance.now() - startedAtMs).toBeGreaterThan(300);
      expect(received).toHaveLength(151);
      await client.endAsync(true);
    });
  });

  it('slows down who guesses a secret, and nobody else behind the same address', async () => {
    const codes: (number | 'closed')[] = [];
    for (let tries = 0; tries < 23; tries += 1) codes.push(await attempt(url, 'acme/pi-1', 'wrong'));
    expect(codes.slice(0, 20)).toEqual(Array(20).fill(4));
    expect(codes.slice(21)).toEqual([3, 3]);
    expect(authentications).toBeLessThan(23);
    expect(await attempt(url, 'acme/pi-1', 'secret')).toBe(3);
    expect(await attempt(url, 'acme/pi-2', 'secret')).toBe(0);
  });

  it('keeps memory flat whatever strangers declare', async () => {
    const beforeBytes = process.memoryUsage.rss();
    const filler = Buffer.alloc(64 * 1024, 0x61);
    for (let round = 0; round < 40; round += 1) {
      const crowd = await Promise.all(Array.from({ length: 10 }, () => raw()));
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
    expect(authentications).toBe(0);
    expect(violations).toHaveLength(400);
    expect(process.memoryUsage.rss() - beforeBytes).toBeLessThan(100 * 1024 * 1024);
  });
});
