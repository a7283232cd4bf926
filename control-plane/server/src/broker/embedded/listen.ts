import { randomBytes } from 'node:crypto';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { listenUrl } from '../../config/listen-url.ts';
import type { Listen } from '../../config/make-config.ts';
import type { ConnectionGate, Ticket } from '../guard/connection-gate.ts';
import type { Violation } from '../guard/violations.ts';
import type { BrokerTls, DeviceCertificate } from '../port.ts';
import { readPeerCertificate } from './peer-certificate.ts';

/**
 * Sockets in, plain or with mutual TLS. Every connection passes the gate before a byte of it is read, so that handshakes of strangers
 * are bounded like their connections. Who shows no certificate of the client authorities never gets past the handshake.
 */
export interface Arrival {
  readonly socket: Socket;
  readonly address: string;
  readonly ticket: Ticket;
  /** Null on the plain listener. */
  readonly certificate: (DeviceCertificate & { readonly name: string }) | null;
}

export interface ListenerOptions {
  readonly gate: ConnectionGate;
  readonly onViolation: (violation: Violation, address: string) => void;
  readonly onArrival: (arrival: Arrival) => void;
}

export interface Listener {
  readonly url: string;
  /** Takes no more; those that are there stay. */
  stop(): Promise<void>;
}

export interface TlsListener extends Listener {
  /** For connections that come from now on. */
  renew(tls: BrokerTls): void;
}

export interface TlsListen extends Listen, BrokerTls {
  readonly handshakeWithinMs: number;
  /** 48 bytes; with the same ones a listener that starts again resumes the sessions of the one before. Absent: made. */
  readonly ticketKeys?: Uint8Array;
}

export async function listenPlain(at: Listen, options: ListenerOptions): Promise<Listener> {
  const server = createServer({ noDelay: true }, (socket) => {
    const entry = enter(socket, options);
    if (entry) options.onArrival({ socket, ...entry, certificate: null });
  });
  return begin(server, 'mqtt', at);
}

export async function listenTls(at: TlsListen, options: ListenerOptions): Promise<TlsListener> {
  const entries = new Map<string, NonNullable<ReturnType<typeof enter>>>();
  const secure = createTlsServer({
    ...contextOf(at),
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.3',
    handshakeTimeout: at.handshakeWithinMs,
    ticketKeys: Buffer.from(at.ticketKeys ?? randomBytes(TICKET_KEY_BYTES)),
  });
  secure.on('secureConnection', (socket: TLSSocket) => {
    const entry = entries.get(peerOf(socket));
    const certificate = readPeerCertificate(socket);
    if (!entry || !certificate) socket.destroy();
    else options.onArrival({ socket, ...entry, certificate });
  });
  secure.on('tlsClientError', (_error: Error, socket: TLSSocket) => {
    options.onViolation('tls_failed', socket.remoteAddress ?? 'unknown');
    socket.destroy();
  });
  const server = createServer({ noDelay: true }, (socket) => {
    const entry = enter(socket, options);
    if (!entry) return;
    const peer = peerOf(socket);
    entries.set(peer, entry);
    socket.once('close', () => entries.delete(peer));
    secure.emit('connection', socket);
  });
  const listener = await begin(server, 'mqtts', at);
  return { ...listener, renew: (tls) => secure.setSecureContext(contextOf(tls)) };
}

const TICKET_KEY_BYTES = 48;

function contextOf({ keyPem, certPem, clientCaPem }: BrokerTls) {
  return { key: keyPem, cert: certPem, ca: clientCaPem, minVersion: 'TLSv1.3' as const };
}

/** Names a connection while it is open. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

function enter(socket: Socket, { gate, onViolation }: ListenerOptions) {
  const address = socket.remoteAddress ?? 'unknown';
  const ticket = gate.enter(address);
  if (ticket) {
    socket.once('close', ticket.closed);
    return { address, ticket };
  }
  onViolation('too_many_connections', address);
  socket.destroy();
  return null;
}

async function begin(server: Server, scheme: 'mqtt' | 'mqtts', { host, port }: Listen): Promise<Listener> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    url: listenUrl(scheme, host, (server.address() as AddressInfo).port),
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
