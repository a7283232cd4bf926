import type { Ack, BootId, Outcome } from '@wherry/protocol';
import { refuse, succeed } from '@wherry/protocol';
import type { DeviceState } from '../storage/port/devices.ts';
import type { ReceivedRun } from '../storage/port/received.ts';
import type { AppContext } from './context.ts';
import { APP_LIMITS } from './limits.ts';
import type { IncomingReport } from './reports/incoming-report.ts';
import { type NumberedItem, readMessage } from './reports/read-message.ts';
import { storeItems } from './reports/store-items.ts';
import { transact, type Work } from './transact.ts';

export type { IncomingReport } from './reports/incoming-report.ts';

export interface AppliedReports {
  /** One for each message, in order. Codes: signature_invalid, key_unknown, envelope_malformed, invalid_message, wrong_device, not_found. */
  readonly results: readonly Outcome<void>[];
  /** One for each (device, boot) that was heard: publish it on `ack`. */
  readonly acks: readonly { readonly tenant: string; readonly device: string; readonly ack: Ack }[];
}

interface ReadMessage {
  readonly index: number;
  readonly device: string;
  readonly items: readonly NumberedItem[];
}

/**
 * Stores a batch in one transaction for each tenant (group commit): when this resolves, everything with an ok result is on the disk.
 * Each number of a device is applied once, whatever arrives twice or late (C1, R5).
 */
export async function applyReports(context: AppContext, messages: readonly IncomingReport[]): Promise<AppliedReports> {
  const results: Outcome<void>[] = messages.map(() => succeed(undefined));
  const acks: { tenant: string; device: string; ack: Ack }[] = [];
  const indexes = messages.map((_, index) => index);
  for (const [tenant, own] of Map.groupBy(indexes, (index) => messages[index]?.tenant ?? '')) {
    const read = await readAll(context, tenant, messages, own, results);
    const stored = await transact(context, tenant, (work) => store(work, read, results));
    if (stored.ok) acks.push(...stored.value);
  }
  return { results, acks };
}

/** Signatures are checked outside of the transaction, which others wait for. */
async function readAll(
  context: AppContext,
  tenant: string,
  messages: readonly IncomingReport[],
  own: readonly number[],
  results: Outcome<void>[],
): Promise<ReadMessage[]> {
  const names = new Set(own.flatMap((index) => messages[index]?.device ?? []));
  const states = await context.store.devices.states(tenant, [...names]);
  const readOne = async (index: number): Promise<ReadMessage | null> => {
    const message = messages[index];
    if (!message) return null;
    const state: DeviceState | undefined = states.get(message.device);
    const items = state
      ? await readMessage(message, state.reportKey)
      : refuse('not_found', `there is no device ${message.device}`);
    if (items.ok) return { index, device: message.device, items: items.value };
    results[index] = items;
    return null;
  };
  const read = await Promise.all(own.map(readOne));
  return read.filter((one) => one !== null);
}

async function store(
  work: Work,
  messages: readonly ReadMessage[],
  results: Outcome<void>[],
): Promise<Outcome<{ tenant: string; device: string; ack: Ack }[]>> {
  const flat = messages.flatMap(({ index, items }) => items.map((item) => ({ index, item })));
  const runs = flat.map(({ item }): ReceivedRun => item.run);
  const noted = await work.repositories.received.note(work.tenant, runs, work.nowMs, APP_LIMITS.runsAhead);
  const fresh: NumberedItem[] = [];
  for (const [at, { index, item }] of flat.entries()) {
    if (noted[at] === 'new') fresh.push(item);
    if (noted[at] === 'refused')
      results[index] = refuse(
        'invalid_message',
        `more than ${APP_LIMITS.runsAhead} numbers are ahead of a gap; send the oldest first`,
      );
  }
  await storeItems(work, fresh);
  const boots = new Map(runs.map(({ device, boot }) => [`${device} ${boot}`, { device, boot }]));
  const contiguous = await work.repositories.received.contiguous(work.tenant, [...boots.values()]);
  return succeed(
    contiguous.map(({ device, boot, upTo }) => ({
      tenant: work.tenant,
      device,
      ack: { boot: boot as BootId, upTo },
    })),
  );
}
