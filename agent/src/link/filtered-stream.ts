import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { createPacketFilter } from './packet-filter.ts';

/** A socket to a broker whose incoming side has passed the packet filter. */
export class FilteredStream extends Duplex {
  readonly #socket: Socket;

  constructor(socket: Socket, maxPacketBytes: number, onDropped: (declaredBytes: number) => void) {
    super();
    this.#socket = socket;
    // Packets are small and awaited: holding them back for fuller segments would cost 40 ms each.
    socket.setNoDelay(true);
    const filter = createPacketFilter(maxPacketBytes, onDropped);
    socket.on('data', (chunk: Buffer) => {
      for (const part of filter.push(chunk)) if (!this.push(part)) socket.pause();
    });
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  /** A packet is written in parts: one write for all of them is one segment on the wire. */
  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#socket.write(Buffer.concat(chunks.map(({ chunk }) => Buffer.from(chunk))), done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'mqtt:': 1883, 'mqtts:': 8883 };

/** Whom the device believes, the system's and NODE_EXTRA_CA_CERTS authorities without; and who it is. PEM. */
export interface BrokerTls {
  readonly ca?: string | string[];
  readonly cert?: string;
  readonly key?: string;
}

/** Opens `mqtt://` or `mqtts://`. */
export function openBrokerSocket(brokerUrl: string, tls: BrokerTls = {}): Socket {
  const url = new URL(brokerUrl);
  const defaultPort = DEFAULT_PORTS[url.protocol];
  if (defaultPort === undefined)
    throw new TypeError(`broker ${JSON.stringify(brokerUrl)}: write it as mqtt://host or mqtts://host`);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port ? Number(url.port) : defaultPort;
  if (url.protocol === 'mqtt:') return connectPlain({ host, port });
  // Read where it is spoken: it is 2 MB of the platform's code.
  const { connect: connectSecure } = process.getBuiltinModule('node:tls');
  return connectSecure({ host, port, ...(isIP(host) ? {} : { servername: host }), ...tls });
}
