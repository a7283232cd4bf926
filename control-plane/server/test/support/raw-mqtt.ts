import { connect, type Socket } from 'node:net';

/** MQTT packets made byte by byte, for what no client library would send. */
export function packet(firstByte: number, body: Buffer, declaredBytes = body.length): Buffer {
  const length: number[] = [];
  let rest = declaredBytes;
  do {
    const part = rest % 128;
    rest = Math.floor(rest / 128);
    length.push(rest > 0 ? part | 0x80 : part);
  } while (rest > 0);
  return Buffer.concat([Buffer.from([firstByte, ...length]), body]);
}

export function text(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

export interface ConnectFields {
  readonly clientId?: string | Buffer;
  readonly userName?: string | Buffer;
  readonly password?: string;
  readonly protocol?: string;
  readonly level?: number;
  readonly will?: {
    readonly topic: string | Buffer;
    readonly payload: string;
    readonly qos?: number;
    readonly isRetained?: boolean;
  };
  readonly flags?: number;
}

export function connectPacket(fields: ConnectFields): Buffer {
  const { clientId = 'acme/pi-1', userName, password, will } = fields;
  const willFlags = will ? 0x04 | ((will.qos ?? 0) << 3) | (will.isRetained ? 0x20 : 0) : 0;
  const flags =
    fields.flags ?? 0x02 | willFlags | (userName === undefined ? 0 : 0x80) | (password === undefined ? 0 : 0x40);
  return packet(
    0x10,
    Buffer.concat([
      text(fields.protocol ?? 'MQTT'),
      Buffer.from([fields.level ?? 4, flags, 0, 60]),
      text(clientId),
      ...(will ? [text(will.topic), text(will.payload)] : []),
      ...(userName === undefined ? [] : [text(userName)]),
      ...(password === undefined ? [] : [text(password)]),
    ]),
  );
}

export function publishPacket(topic: string | Buffer, payload: string | Buffer, qos = 1, packetId = 1): Buffer {
  const id = Buffer.alloc(qos > 0 ? 2 : 0);
  if (qos > 0) id.writeUInt16BE(packetId);
  return packet(0x30 | (qos << 1), Buffer.concat([text(topic), id, Buffer.from(payload as string)]));
}

/** A plain socket that remembers what came, and whether it was closed. */
export interface RawPeer {
  readonly socket: Socket;
  readonly bytes: () => Buffer;
  readonly closed: Promise<void>;
  isClosed(): boolean;
}

export async function openRaw(url: string): Promise<RawPeer> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  let isOver = false;
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) =>
    socket.once('close', () => {
      isOver = true;
      resolve();
    }),
  );
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return { socket, bytes: () => Buffer.concat(chunks), closed, isClosed: () => isOver };
}
