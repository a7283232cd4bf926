import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { LIMITS } from '@wherry/protocol';
import { type Bucket, type BucketRule, fullBucket, spend } from '../../throttle/token-bucket.ts';
import { type Frame, FrameReader } from './frame-reader.ts';
import { inspectPacket, inspectType, PACKET } from './inspect-packet.ts';
import type { Violation } from './violations.ts';

/**
 * Stands between a socket and the broker, and hands on only whole packets that passed inspection. Until the broker has answered
 * CONNACK with 0, it lets one packet through, a CONNECT, and reads no further; afterwards it reads no faster than the rates allow.
 * A violation closes the connection; nothing of the offending packet reaches the broker.
 */
export interface GuardOptions {
  readonly connectWithinMs: number;
  readonly authenticateWithinMs: number;
  readonly packets: BucketRule;
  readonly bytes: BucketRule;
  readonly nowMs: () => number;
  readonly onViolation: (violation: Violation) => void;
  readonly onAuthenticated: () => void;
}

const CONNACK_FIRST_BYTE = 0x20;
const CONNACK_VERSION_UNSUPPORTED = Buffer.from([CONNACK_FIRST_BYTE, 2, 0, 1]);

type Phase = 'stranger' | 'asked' | 'authenticated';

export class GuardedConnection extends Duplex {
  readonly #socket: Socket;
  readonly #options: GuardOptions;
  readonly #reader: FrameReader;
  readonly #packets: Bucket;
  readonly #bytes: Bucket;
  /** Packets that came in one chunk with the CONNECT: at most that chunk. */
  #early: Frame[] = [];
  #phase: Phase = 'stranger';
  #isFull = false;
  #throttle: NodeJS.Timeout | undefined;
  #deadline: NodeJS.Timeout;

  constructor(socket: Socket, options: GuardOptions) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    this.#options = options;
    this.#reader = new FrameReader((type, totalBytes) => this.#refuseLength(type, totalBytes));
    this.#packets = fullBucket(options.packets, options.nowMs());
    this.#bytes = fullBucket(options.bytes, options.nowMs());
    this.#deadline = setTimeout(() => this.#violate('connect_late'), options.connectWithinMs);
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  override _read(): void {
    this.#isFull = false;
    this.#resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#watchAnswer(chunk);
    this.#socket.write(chunk, done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'buffer' as BufferEncoding, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#deadline);
    clearTimeout(this.#throttle);
    this.#early = [];
    this.#socket.destroy();
    done(error);
  }

  #receive(chunk: Buffer): void {
    if (this.destroyed) return;
    let packets = 0;
    const violation = this.#reader.push(chunk, (frame) => {
      packets += 1;
      return this.#accept(frame);
    });
    if (violation) this.#violate(violation);
    else this.#pace(packets, chunk.length);
  }

  #refuseLength(type: number, totalBytes: number): Violation | null {
    if (this.#phase !== 'stranger')
      return inspectType(type) ?? (totalBytes > LIMITS.packetBytes ? 'packet_too_large' : null);
    if (type !== PACKET.connect) return 'first_not_connect';
    return totalBytes > LIMITS.connectPacketBytes ? 'connect_too_large' : null;
  }

  #accept(frame: Frame): Violation | null {
    if (this.#phase !== 'stranger' && frame.type === PACKET.connect) return 'second_connect';
    const violation = inspectPacket(frame);
    if (violation) return violation;
    if (this.#phase === 'asked') this.#early.push(frame);
    else this.#forward(frame);
    if (this.#phase === 'stranger') this.#ask();
    return null;
  }

  /** The CONNECT is with the broker: wait for its answer. */
  #ask(): void {
    this.#phase = 'asked';
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#violate('not_authenticated'), this.#options.authenticateWithinMs);
    this.#socket.pause();
  }

  /** MQTT 3.1.1, 3.2: the fourth byte of a CONNACK is 0 when the device was let in. */
  #watchAnswer(chunk: Buffer): void {
    if (this.#phase !== 'asked' || chunk[0] !== CONNACK_FIRST_BYTE || chunk[3] !== 0) return;
    this.#phase = 'authenticated';
    clearTimeout(this.#deadline);
    this.#options.onAuthenticated();
    for (const frame of this.#early.splice(0)) this.#forward(frame);
    this.#resume();
  }

  #forward(frame: Frame): void {
    if (!this.push(frame.bytes)) this.#isFull = true;
  }

  #pace(packets: number, bytes: number): void {
    const nowMs = this.#options.nowMs();
    const waitMs = Math.max(
      spend(this.#packets, this.#options.packets, packets, nowMs),
      spend(this.#bytes, this.#options.bytes, bytes, nowMs),
    );
    if (waitMs > 0 && !this.#throttle)
      this.#throttle = setTimeout(() => {
        this.#throttle = undefined;
        this.#resume();
      }, waitMs);
    if (this.#mustWait) this.#socket.pause();
  }

  get #mustWait(): boolean {
    return this.#phase === 'asked' || this.#isFull || this.#throttle !== undefined;
  }

  #resume(): void {
    if (!this.#mustWait && !this.destroyed) this.#socket.resume();
  }

  #violate(violation: Violation): void {
    if (this.destroyed) return;
    this.#options.onViolation(violation);
    if (violation === 'version_unsupported')
      this.#socket.pause().end(CONNACK_VERSION_UNSUPPORTED, () => this.destroy());
    else this.destroy();
  }
}
