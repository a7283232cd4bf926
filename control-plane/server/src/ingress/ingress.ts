import { type DeviceId, type Outcome, type Problem, type SignedAck, succeed, type TenantId } from '@wherry/protocol';
import { applyAppMessage } from '../app/apply-app-message.ts';
import { applyLog } from '../app/apply-log.ts';
import { applyPresence } from '../app/apply-presence.ts';
import { type AckTo, applyReports, type IncomingReport } from '../app/apply-reports.ts';
import { applyResult } from '../app/apply-result.ts';
import type { AppContext } from '../app/context.ts';
import { type DeviceStart, noteStarts } from '../app/identity/note-starts.ts';
import type { BrokerHandlers, IncomingMessage } from '../broker/port.ts';
import { SERVER_LIMITS } from '../config/limits.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { Batcher } from './batcher.ts';
import { type Decoded, decodeMessage } from './decode.ts';
import { noteInvalidMessages } from './invalid-messages.ts';
import { SessionLog } from './session-log.ts';
import { tellSessions } from './tell-sessions.ts';

/**
 * MQTT in: decode, gather, store, acknowledge. A message that can never be right is counted, noted and dropped *with* its
 * acknowledgement, so that the device does not send it for ever; one that could not be stored is not acknowledged.
 */
export interface Ingress
  extends Omit<Required<BrokerHandlers>, 'authenticate' | 'authenticateCertificate' | 'refused'> {
  /** Resolves when everything that was received is stored and told. */
  drain(): Promise<void>;
}

export function createIngress(context: AppContext, metrics: Metrics): Ingress {
  const noteInvalid = noteInvalidMessages(context);
  const reports = new Batcher<IncomingReport, Outcome<void>>({
    maxItems: SERVER_LIMITS.batchMessages,
    waitMs: SERVER_LIMITS.batchWaitMs,
    maxWaitMs: SERVER_LIMITS.batchWaitMaxMs,
    maxWaiting: SERVER_LIMITS.waitingMessages,
    async write(messages) {
      const applied = await applyReports(context, messages);
      for (const ack of applied.acks) follow(tellStored(ack));
      return applied.results;
    },
  });
  const sessions = new SessionLog({
    maxChanges: SERVER_LIMITS.batchSessions,
    waitMs: SERVER_LIMITS.batchWaitMs,
    maxWaitMs: SERVER_LIMITS.batchWaitMaxMs,
    tell: (changes) => tellSessions(context, changes),
  });

  const starts = new Batcher<DeviceStart & { readonly tenant: string }, void>({
    maxItems: SERVER_LIMITS.batchMessages,
    waitMs: SERVER_LIMITS.batchWaitMs,
    maxWaitMs: SERVER_LIMITS.batchWaitMaxMs,
    maxWaiting: SERVER_LIMITS.waitingMessages,
    async write(births) {
      for (const [tenant, some] of Map.groupBy(births, (birth) => birth.tenant))
        await noteStarts(context, tenant, some);
      return births.map(() => undefined);
    },
  });

  const underWay = new Set<Promise<unknown>>();

  return {
    receive: (message) => follow(settle(message)),
    appMessage: (message) => applyAppMessage(context, message),
    connected: (tenant, device) => sessions.note(tenant, device, 'connected'),
    disconnected: (tenant, device) => sessions.note(tenant, device, 'disconnected'),
    async drain() {
      await reports.drain();
      while (underWay.size > 0) await Promise.allSettled(underWay);
      await sessions.drain();
    },
  };

  function follow<T>(work: Promise<T>): Promise<T> {
    const followed = work.finally(() => underWay.delete(followed));
    underWay.add(followed);
    return followed;
  }

  async function settle(message: IncomingMessage): Promise<Outcome<void>> {
    const startedAtMs = performance.now();
    const decoded = decodeMessage(message);
    if (!decoded.ok) return drop(message, decoded.problems);
    const outcome = await handle(message, decoded.value);
    if (!outcome.ok) return drop(message, outcome.problems);
    metrics.messageStored(message.channel);
    metrics.acknowledged((performance.now() - startedAtMs) / 1000);
    return outcome;
  }

  async function handle({ tenant, device }: IncomingMessage, decoded: Decoded): Promise<Outcome<void>> {
    switch (decoded.kind) {
      case 'report':
      case 'usage':
        return reports.add({ tenant, device, ...decoded });
      case 'log':
        await applyLog(context, tenant, device, decoded.batch);
        return succeed(undefined);
      case 'presence':
        if (decoded.presence.status === 'online') await starts.add({ tenant, device, boot: decoded.presence.boot });
        // A birth right after its CONNECT is the rule: the session says the same and is about to be stored.
        if (decoded.presence.status === 'online' && sessions.newest(tenant, device) === 'connected')
          return succeed(undefined);
        await applyPresence(context, tenant, device, decoded.presence);
        return succeed(undefined);
      case 'result':
        await applyResult(context, tenant, device, decoded.id, decoded.result);
        return succeed(undefined);
    }
  }

  async function drop(message: IncomingMessage, problems: readonly Problem[]): Promise<Outcome<void>> {
    metrics.messageRefused(message.channel, problems[0]?.code ?? 'invalid_message');
    await noteInvalid(message, problems);
    return succeed(undefined);
  }

  /** Nobody waits for it: a device that hears nothing sends again. */
  async function tellStored({ tenant, device, ack }: AckTo): Promise<void> {
    try {
      const sig = await context.director.vouch('ack', { tenant, device }, ack);
      const topic = { tenant: tenant as TenantId, device: device as DeviceId, channel: 'ack' } as const;
      await context.broker.publish(topic, Buffer.from(JSON.stringify({ ...ack, sig } satisfies SignedAck)));
    } catch (error) {
      context.log.warn({ err: error, tenant, device }, 'tell a device what is stored');
    }
  }
}
