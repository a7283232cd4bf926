import { randomBytes } from 'node:crypto';
import { createReportSigner, messageOf } from '../src/link/messages.ts';
import { createEffects } from '../src/shell/effects.ts';
import { openStore } from '../src/store/store.ts';

/** The way of a report through the agent without the network: into the real outbox, signed as a message, acknowledged. */
export interface OutboxCycle {
  once(at: number): void;
  close(): void;
}

export function createOutboxCycle(folder: string, reportPrivateKey: string): OutboxCycle {
  const boot = randomBytes(16).toString('hex');
  const store = openStore({ folder, boot, effects: createEffects(), nowMs: Date.now });
  const signer = createReportSigner(reportPrivateKey);
  return {
    once(at) {
      store.outbox.append({
        kind: 'report',
        body: { type: 'event', severity: 'info', name: 'bench', message: `report ${at}` },
      });
      const rows = store.outbox.peek(1);
      messageOf(rows, { tenant: 'default', device: 'bench' }, signer);
      const last = rows.at(-1);
      if (last !== undefined) store.outbox.acknowledge(last.boot, last.seq);
    },
    close: () => store.close(),
  };
}
