import { fromBase64, type StreamChange, type Topic, toBase64 } from '@wherry/protocol';
import type { Changes, Logger } from '../app/context.ts';
import type { Broker } from '../broker/port.ts';
import { SERVER_LIMITS } from '../config/limits.ts';
import type { Store } from '../storage/port.ts';

/**
 * What processes over one store tell each other: changes for those who watch, commands for devices that another one holds, and the end
 * of their sessions. Messages lie in the store and every process reads on from where it was, a few times a second. Nothing that
 * correctness needs goes this way: a message that is lost costs a watcher time, and a command expires.
 */
type Message =
  | { readonly kind: 'change'; readonly tenant: string; readonly change: StreamChange }
  | { readonly kind: 'publish'; readonly topic: Topic; readonly payload: string }
  | { readonly kind: 'kick'; readonly tenant: string; readonly device: string };

export interface RelayOptions {
  readonly store: Store;
  /** The parts of this process alone. */
  readonly changes: Changes;
  readonly broker: Broker;
  readonly process: string;
  readonly nowMs: () => number;
  readonly log: Logger;
}

export interface Relay {
  /** The same two for all processes. */
  readonly changes: Changes;
  readonly broker: Broker;
  /** `onWork`: another process changed something that this one may have to send. */
  begin(onWork: () => void): Promise<void>;
  end(): Promise<void>;
}

export function createRelay(options: RelayOptions): Relay {
  const { store, changes, broker, process, nowMs, log } = options;
  /** By their text: a hint that waits to be told says all that a second one would. */
  const waiting = new Set<string>();
  let hasPeers = false;
  let readUpTo = 0;
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  let onWork = () => {};
  let round: Promise<void> = Promise.resolve();

  const tell = (message: Message) => void waiting.add(JSON.stringify(message));
  const tellNow = (message: Message) => store.processMessages.append(process, nowMs(), [JSON.stringify(message)]);

  return {
    changes: {
      emit(tenant, change) {
        changes.emit(tenant, change);
        if (hasPeers && waiting.size < SERVER_LIMITS.relayWaiting) tell({ kind: 'change', tenant, change });
      },
      listen: changes.listen,
    },
    broker: {
      start: (handlers) => broker.start(handlers),
      stop: () => broker.stop(),
      isConnected: (tenant, device) => broker.isConnected(tenant, device),
      async publish(topic, payload) {
        // What else goes down is sent by the process that holds the session, from the store.
        if (topic.channel !== 'command' || broker.isConnected(topic.tenant, topic.device))
          return await broker.publish(topic, payload);
        if (hasPeers) await tellNow({ kind: 'publish', topic, payload: toBase64(payload) });
      },
      refresh: async () => broker.refresh?.(),
      isListening: () => broker.isListening?.() ?? true,
      hasUnheardSessions: broker.hasUnheardSessions ?? false,
      ...(broker.hasOwnCertificate === undefined ? {} : { hasOwnCertificate: broker.hasOwnCertificate }),
      async kick(tenant, device) {
        await broker.kick(tenant, device);
        await tellNow({ kind: 'kick', tenant, device });
      },
    },
    async begin(work) {
      onWork = work;
      readUpTo = await store.processMessages.newest();
      await lookForPeers();
      next();
    },
    async end() {
      isOver = true;
      clearTimeout(timer);
      await round;
      await flush().catch(failed);
    },
  };

  function next(): void {
    if (isOver) return;
    timer = setTimeout(() => {
      round = turn().catch(failed).finally(next);
    }, SERVER_LIMITS.relayEveryMs);
  }

  async function turn(): Promise<void> {
    await lookForPeers();
    await flush();
    await read();
  }

  async function lookForPeers(): Promise<void> {
    const others = await store.processes.others(process, nowMs() - SERVER_LIMITS.relayPeerSilentMs);
    hasPeers = others > 0;
    if (!hasPeers) waiting.clear();
  }

  async function flush(): Promise<void> {
    if (waiting.size === 0) return;
    const messages = [...waiting];
    waiting.clear();
    await store.processMessages.append(process, nowMs(), messages);
  }

  async function read(): Promise<void> {
    for (;;) {
      const { messages, newest } = await store.processMessages.after(readUpTo, process, SERVER_LIMITS.relayBatch);
      if (newest === readUpTo) return;
      readUpTo = newest;
      let hasWork = false;
      for (const text of messages) {
        const message = JSON.parse(text) as Message;
        hasWork ||= message.kind === 'change' && message.change.type === 'rollout';
        await take(message);
      }
      if (hasWork) onWork();
    }
  }

  async function take(message: Message): Promise<void> {
    switch (message.kind) {
      case 'change':
        return changes.emit(message.tenant, message.change);
      case 'publish':
        return await broker.publish(message.topic, fromBase64(message.payload));
      case 'kick':
        await broker.refresh?.();
        return await broker.kick(message.tenant, message.device);
    }
  }

  function failed(error: unknown): void {
    log.error({ err: error }, 'exchange messages with other processes');
  }
}
