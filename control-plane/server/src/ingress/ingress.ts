import { type Outcome, type Problem, succeed } from '@wherry/protocol';
import { applyAppMessage } from '../app/apply-app-message.ts';
import { applyLog } from '../app/apply-log.ts';
import { applyPresence } from '../app/apply-presence.ts';
import { applyReports, type IncomingReport } from '../app/apply-reports.ts';
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
export interface Ingress extends Omit<Required<BrokerHandlers>, 'authenticate' | 'authenticateCertificate'> {
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
      for (const { tenant, device, ack } of applied.acks) publishAck(tenant, device, ack);
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
    receive(message) {
      const settled = settle(message).finally(() => underWay.delete(settled));
      underWay.add(settled);
      return settled;
    },
    appMessage: (message) => applyAppMessage(context, message),
    connected: (tenant, device) => sessions.note(tenant, device, 'connected'),
    disconnected: (tenant, device) => sessions.note(tenant, device, 'disconnected'),
    async drain() {
      await reports.drain();
      await Promise.allSettled(underWay);
      await sessions.drain();
    },
  };

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

  function publishAck(tenant: string, device: string, ack: { boot: string; upTo: number }): void {
    const topic = { tenant, device, channel: 'ack' } as Parameters<AppContext['broker']['publish']>[0];
    context.broker.publish(topic, Buffer.from(JSON.stringify(ack))).catch((error: unknown) => {
      context.log.warn({ err: error, tenant, device }, 'publish an acknowledgement');
    });
  }
}
