import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { SERVER_LIMITS } from '../../config/limits.ts';
import type { EmbeddedBroker, EmbeddedBrokerOptions } from '../embedded/embedded-broker.ts';
import type { BrokerAddresses, BrokerHandlers } from '../port.ts';
import { type BrokerChild, type ChildEnd, startBrokerChild } from './broker-child.ts';
import { hearBroker } from './hear-broker.ts';
import { Questions } from './questions.ts';
import { NO_RESTARTS, nextRestart } from './restart-pause.ts';
import { type FromBroker, type ListenError, type ListenOrder, type Takers, take } from './wire.ts';

/**
 * Broker port over the embedded broker in a process of its own: whatever strangers do to it, the API goes on. It is started again when
 * it ends, on the same ports and with the same TLS ticket keys, so that devices come back cheaply. What it asked and did not hear the
 * answer of was not acknowledged either.
 */
export interface ProcessBrokerOptions extends Omit<EmbeddedBrokerOptions, 'gate' | 'guard'> {
  /** It ended without being told to, and is started again after a pause. */
  readonly onLost?: (end: ChildEnd & { readonly pauseMs: number }) => void;
  /** The limit of open files leaves room for fewer connections than the broker would hold. */
  readonly onFewFiles?: (room: { readonly openFiles: number; readonly connections: number }) => void;
}

export interface ProcessBroker extends EmbeddedBroker {
  isListening(): boolean;
  /** Of the process that listens. */
  pid(): number | null;
}

const TICKET_KEY_BYTES = 48;
const RESTART = {
  firstMs: SERVER_LIMITS.brokerRestartFirstMs,
  maxMs: SERVER_LIMITS.brokerRestartMaxMs,
  stableMs: SERVER_LIMITS.brokerStableMs,
};
const PORT_RETRY_MS = 100;

interface Life {
  readonly child: BrokerChild;
  readonly questions: Questions<void>;
  readonly startedAtMs: number;
}

export function createProcessBroker(options: ProcessBrokerOptions): ProcessBroker {
  const sessions = new Set<string>();
  let order: ListenOrder = {
    plain: options.plain,
    tls: options.tls ? { ...options.tls, ticketKeys: randomBytes(TICKET_KEY_BYTES) } : null,
  };
  let life: Life | null = null;
  let restarts = NO_RESTARTS;
  let isStopping = false;
  let tellStopped = () => {};

  return {
    async start(given) {
      const endsAtMs = performance.now() + SERVER_LIMITS.brokerPortWithinMs;
      for (;;) {
        try {
          const addresses = await begin(given);
          order = samePorts(order, addresses);
          return addresses;
        } catch (error) {
          if ((error as ListenError).code !== 'EADDRINUSE' || performance.now() > endsAtMs) throw error;
          await pause(PORT_RETRY_MS);
        }
      }
    },

    async stop() {
      isStopping = true;
      const ending = life;
      if (!ending) return;
      const stopped = new Promise<void>((resolve) => {
        tellStopped = resolve;
      });
      ending.child.send({ kind: 'stop' });
      const giveUp = new AbortController();
      const deadline = pause(SERVER_LIMITS.brokerStopWithinMs, undefined, { signal: giveUp.signal }).catch(() => {});
      await Promise.race([stopped, ending.child.exited, deadline]);
      giveUp.abort();
      await ending.child.end();
    },

    async renewTls(tls) {
      if (order.tls) order = { ...order, tls: { ...order.tls, ...tls } };
      await life?.questions.ask((id) => life?.child.send({ kind: 'renew', id, tls }));
    },

    async publish(topic, payload) {
      if (!life || !sessions.has(`${topic.tenant}/${topic.device}`)) return;
      if (life.child.unsentBytes <= SERVER_LIMITS.brokerOutboundBytes)
        life.child.send({ kind: 'publish', topic, payload }, payload.length);
    },

    isConnected: (tenant, device) => sessions.has(`${tenant}/${device}`),
    isListening: () => life !== null,
    pid: () => life?.child.pid ?? null,

    async kick(tenant, device) {
      await life?.questions.ask((id) => life?.child.send({ kind: 'kick', id, tenant, device }));
    },
  };

  /** Resolves when it listens; then it is the one that counts until it ends. Throws what listening failed with. */
  async function begin(to: BrokerHandlers): Promise<BrokerAddresses> {
    const questions = new Questions<void>();
    let tellStarted: (outcome: BrokerAddresses | ListenError) => void = () => {};
    const started = new Promise<BrokerAddresses | ListenError>((resolve) => {
      tellStarted = resolve;
    });
    const takers: Takers<FromBroker> = {
      ...hearBroker(options, to, sessions, (id, isOk) => child.send({ kind: 'answer', id, isOk })),
      listening: ({ addresses }) => tellStarted(addresses),
      not_listening: ({ error }) => tellStarted(error),
      done: ({ id }) => questions.answer(id, undefined),
      stopped: () => tellStopped(),
    };
    const child = startBrokerChild((message) => take(takers, message));
    child.send({ kind: 'listen', order });
    const outcome = await Promise.race([started, child.exited]);
    if (!('url' in outcome)) {
      const { said } = await child.end();
      throw Object.assign(
        new Error('message' in outcome ? outcome.message : `start the broker's process: ${said}`),
        outcome,
      );
    }
    const begun: Life = { child, questions, startedAtMs: performance.now() };
    life = begun;
    void child.exited.then((end) => lost(begun, end, to));
    return outcome;
  }

  function lost({ questions, startedAtMs }: Life, end: ChildEnd, to: BrokerHandlers): void {
    life = null;
    questions.answerAll();
    for (const name of sessions) {
      const [tenant = '', device = ''] = name.split('/');
      to.disconnected(tenant, device);
    }
    sessions.clear();
    if (isStopping) return;
    const next = nextRestart(restarts, performance.now() - startedAtMs, RESTART);
    restarts = next.restarts;
    options.onLost?.({ ...end, pauseMs: next.pauseMs });
    beginAfter(next.pauseMs, to);
  }

  function beginAfter(pauseMs: number, to: BrokerHandlers): void {
    setTimeout(async () => {
      if (isStopping) return;
      try {
        await begin(to);
        if (isStopping) await life?.child.end();
      } catch (error) {
        const next = nextRestart(restarts, 0, RESTART);
        restarts = next.restarts;
        options.onLost?.({ code: null, signal: null, said: (error as Error).message, pauseMs: next.pauseMs });
        beginAfter(next.pauseMs, to);
      }
    }, pauseMs);
  }
}

/** A port that was picked is kept for later lives. */
function samePorts({ plain, tls }: ListenOrder, { url, tlsUrl }: BrokerAddresses): ListenOrder {
  return {
    plain: plain ? { ...plain, port: Number(new URL(url).port) } : null,
    tls: tls && tlsUrl !== undefined ? { ...tls, port: Number(new URL(tlsUrl).port) } : tls,
  };
}
