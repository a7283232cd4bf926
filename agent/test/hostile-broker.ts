import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import mqttPacket, { type IPublishPacket, type Packet } from 'mqtt-packet';

/**
 * A broker in somebody's hands: it stands before a true one and sees every message of its devices. What `onUp` and `onDown` answer
 * goes on in its place; null is swallowed, with the acknowledgement of MQTT that nothing is missing.
 */
export interface HostileBroker {
  readonly url: string;
  onUp: (topic: string, payload: Buffer) => Buffer | null;
  onDown: (topic: string, payload: Buffer) => Buffer | null;
  /** Says something to every device that is here. */
  say(topic: string, message: object): void;
  close(): Promise<void>;
}

const HONEST = (_topic: string, payload: Buffer) => payload;

export async function startHostileBroker(trueUrl: string): Promise<HostileBroker> {
  const { hostname, port } = new URL(trueUrl);
  const sockets = new Set<Socket>();
  const devices = new Set<Socket>();
  const server = createServer((device) => {
    const upstream = connect(Number(port), hostname);
    devices.add(device);
    pass(device, upstream, (topic, payload) => broker.onUp(topic, payload));
    pass(upstream, device, (topic, payload) => broker.onDown(topic, payload));
    for (const [socket, other] of [
      [device, upstream],
      [upstream, device],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        devices.delete(socket);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const broker: HostileBroker = {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    onUp: HONEST,
    onDown: HONEST,
    say(topic, message) {
      const packet = { cmd: 'publish', topic, payload: JSON.stringify(message), qos: 0, dup: false, retain: false };
      for (const device of devices) device.write(mqttPacket.generate(packet as Packet));
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return broker;
}

function pass(from: Socket, to: Socket, change: (topic: string, payload: Buffer) => Buffer | null): void {
  const parser = mqttPacket.parser({ protocolVersion: 4 });
  parser.on('error', () => from.destroy());
  parser.on('packet', (packet) => {
    const passed = packet.cmd === 'publish' ? changed(packet) : packet;
    if (passed !== null) to.write(mqttPacket.generate(passed));
    else if (packet.messageId !== undefined && (packet as IPublishPacket).qos === 1)
      from.write(mqttPacket.generate({ cmd: 'puback', messageId: packet.messageId }));
  });
  from.on('data', (bytes: Buffer) => parser.parse(bytes));

  function changed(packet: IPublishPacket): IPublishPacket | null {
    const payload = change(packet.topic, Buffer.from(packet.payload));
    return payload === null ? null : { ...packet, payload };
  }
}
