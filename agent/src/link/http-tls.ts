import { Agent, type AgentOptions, type RequestOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';

/** Who this device believes, and who it is. */
export interface HttpTls {
  /** PEM; the system's authorities without. */
  readonly ca?: string | string[];
  /** PEM of this device's certificate, with its chain, and of its key. */
  readonly cert?: string;
  readonly key?: string;
  /** The name that the other side's certificate must have; the URL's without. */
  readonly servername?: string;
  /** False leaves the judgement to `checkPeer` alone. */
  readonly rejectUnauthorized?: boolean;
  /** Judges who answers before a byte of a request is sent; an error ends the connection. */
  readonly checkPeer?: (socket: TLSSocket) => Error | undefined;
}

type Connected = (error: Error | null, socket: Duplex) => void;

/** Keeps connections as Node's agent does; what TLS it speaks is asked for at each new one. */
export class TlsAgent extends Agent {
  readonly #tls: () => HttpTls;

  constructor(options: AgentOptions, tls: () => HttpTls = () => ({})) {
    super(options);
    this.#tls = tls;
  }

  /** Connections and resumed sessions of an earlier certificate are another's. */
  override getName(options?: RequestOptions): string {
    const { checkPeer: _, ...tls } = this.#tls();
    return super.getName({ ...options, ...tls });
  }

  override createConnection(options: RequestOptions, callback?: Connected): Duplex | null | undefined {
    const { checkPeer, ...tls } = this.#tls();
    const socket = super.createConnection({ ...options, ...tls }, undefined) as TLSSocket;
    if (checkPeer === undefined || callback === undefined) return socket;
    const fail = (error: Error) => callback(error, socket);
    socket.once('error', fail);
    socket.once('secureConnect', () => {
      socket.off('error', fail);
      const refusal = checkPeer(socket);
      if (refusal !== undefined) {
        socket.on('error', () => {});
        socket.destroy();
        return callback(refusal, socket);
      }
      callback(null, socket);
    });
    return undefined;
  }
}
