import { connect, type SecureContext, type TLSSocket } from 'node:tls';
import mqttPacket, { type Packet } from 'mqtt-packet';

/** One device that proves who it is by its certificate, is let in, and then is only there. */
export interface TlsSession {
  readonly isResumed: boolean;
  /** The newest ticket; none before the server has sent one. */
  ticket(): Buffer | undefined;
  close(): void;
}

export interface TlsSessionOptions {
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly context: SecureContext;
  readonly ticket?: Buffer | undefined;
}

/** Resolves when the broker has let it in. */
export async function openTlsSession({ host, port, name, context, ticket }: TlsSessionOptions): Promise<TlsSession> {
  const socket: TLSSocket = connect({
    ...{ host, port, secureContext: context, minVersion: 'TLSv1.3', servername: 'localhost' },
    ...(ticket ? { session: ticket } : {}),
  });
  let newest: Buffer | undefined;
  socket.on('session', (session: Buffer) => {
    newest = session;
  });
  const parser = mqttPacket.parser({ protocolVersion: 4 });
  socket.on('data', (chunk) => parser.parse(chunk as Buffer));
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`${name} was cut off`)));
    parser.once('packet', (packet: Packet) => {
      if (packet.cmd === 'connack' && packet.returnCode === 0) resolve();
      else reject(new Error(`${name} was not let in: ${JSON.stringify(packet)}`));
    });
    socket.once('secureConnect', () => socket.write(connectPacket(name)));
  });
  socket.removeAllListeners('close');
  socket.on('error', () => {});
  return { isResumed: socket.isSessionReused(), ticket: () => newest, close: () => socket.destroy() };
}

function connectPacket(name: string): Buffer {
  return mqttPacket.generate({
    ...{ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId: name, keepalive: 3_600 },
  } as Packet);
}
