import type { Ack, BootId, Outcome } from '@wherry/protocol';
import { refuse, succeed } from '@wherry/protocol';
import type { DeviceState } from '../storage/port/devices.ts';
import type { ReceivedRun } from '../storage/port/received.ts';
import type { AppContext } from './context.ts';
import { APP_LIMITS } from './limits.ts';
import type { IncomingReport } from './reports/incoming-report.ts';
import type { NumberedItem } from './reports/numbered.ts';
import { type Reading, readMessage } from './reports/read-message.ts';
import { storeItems } from './reports/store-items.ts';
import { transact, type Work } from './transact.ts';

export type { IncomingReport } from './reports/incoming-report.ts';

export interface AppliedReports {
  /** One for each message, in order. Codes: signature_invalid, key_unknown, envelope_malformed, invalid_message, wrong_device, not_found. */
  readonly results: readonly Outcome<void>[];
  /** For each (device, boot) that was heard one, or one for each message that it signed and that is not understood: publish them on `ack`. */
  readonly acks: readonly AckTo[];
}

export interface AckTo {
  readonly tenant: string;
  readonly device: string;
  readonly ack: Ack;
}

interface ReadMessages {
  /** As they were when their messages had arrived. */
  readonly states: ReadonlyMap<string, DeviceState>;
  readonly taken: readonly { readonly index: number; readonly items: readonly NumberedItem[] }[];
  /** Signed by the device, and not understood. */
  readonly refused: readonly ReceivedRun[];
}

/**
 * Stores a batch in one transaction for each tenant (group commit): when this resolves, everything with an ok result is on the disk.
 * Each number of a device is applied once, whatever arrives twice or late (C1, R5).
 */
export async function applyReports(context: AppContext, messages: readonly IncomingReport[]): Promise<AppliedReports> {
  const results: Outcome<void>[] = messages.map(() => succeed(undefined));
  const acks: AckTo[] = [];
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
): Promise<ReadMessages> {
  const names = new Set(own.flatMap((index) => messages[index]?.device ?? []));
  const states = await context.store.devices.states(tenant, [...names]);
  const readOne = async (index: number): Promise<Reading> => {
    const message = messages[index];
    const state: DeviceState | undefined = states.get(message?.device ?? '');
    if (message && state) return await readMessage(message, state.reportKey);
    return { items: refuse('not_found', `there is no device ${message?.device}`) };
  };
  const readings = await Promise.all(own.map(readOne));
  const taken = readings.flatMap(({ items }, at) => {
    const index = own[at] ?? 0;
    if (items.ok) return [{ index, items: items.value }];
    results[index] = items;
    return [];
  });
  return { states, taken, refused: readings.flatMap(({ refused }) => refused ?? []) };
}

async function store(
  work: Work,
  { states, taken, refused }: ReadMessages,
  results: Outcome<void>[],
): Promise<Outcome<AckTo[]>> {
  const flat = taken.flatMap(({ index, items }) => items.map((item) => ({ index, item })));
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
  const boots = new Map([...runs, ...refused].map(({ device, boot }) => [`${device} ${boot}`, { device, boot }]));
  const contiguous = await work.repositories.received.contiguous(work.tenant, [...boots.values()]);
  return succeed(
    contiguous.flatMap((boot) => acksOf(work.tenant, boot, refused, states.get(boot.device)?.desiredGeneration ?? 0)),
  );
}

function acksOf(
  tenant: string,
  { device, boot, upTo }: { readonly device: string; readonly boot: string; readonly upTo: number },
  refused: readonly ReceivedRun[],
  generation: number,
): AckTo[] {
  const ack: Ack = { boot: boot as BootId, upTo, ...(generation > 0 && { generation }) };
  const own = refused.filter((run) => run.device === device && run.boot === boot);
  if (own.length === 0) return [{ tenant, device, ack }];
  return own.map(({ firstSeq, seq }) => ({ tenant, device, ack: { ...ack, refused: { firstSeq, seq } } }));
}
