import type { DeviceEvent, DeviceId, ReportItem, Sample } from '@wherry/protocol';
import type { DeviceHeard } from '../../storage/port/devices.ts';
import type { UsageSample } from '../../storage/port/usage.ts';
import type { WorkloadChange } from '../../storage/port/workloads.ts';
import { APP_LIMITS } from '../limits.ts';
import type { Work } from '../transact.ts';
import { feedRollouts, type StateReport } from './feed-rollouts.ts';
import type { NumberedItem } from './numbered.ts';
import { watchUsage } from './watch-usage.ts';

/** Stores what is new: reported state, events, usage; then tells the rollouts. In the order it was sent. */
export async function storeItems(work: Work, items: readonly NumberedItem[]): Promise<void> {
  if (items.length === 0) return;
  const { tenant, repositories, changes } = work;
  const heard = new Map<string, DeviceHeard>();
  const events: Omit<DeviceEvent, 'id'>[] = [];
  const samples: UsageSample[] = [];
  const states: StateReport[] = [];
  for (const { run, content } of items) {
    const before = heard.get(run.device) ?? { device: run.device, seenAtMs: work.nowMs };
    if (content.kind === 'usage') {
      samples.push(...samplesOf(run.device, content.sample));
      heard.set(run.device, { ...before, host: content.sample.host ?? before.host });
      continue;
    }
    heard.set(run.device, hear(before, content.item));
    const { body } = content.item;
    if (body.type === 'state') states.push({ device: run.device, boot: run.boot, seq: run.seq, body });
    else events.push(eventOf(run.device, content.item));
  }
  const workloads = states.map(({ device, boot, seq, body }): WorkloadChange => {
    return { device, boot, seq, workloads: body.workloads, isFull: body.full === true };
  });
  await repositories.workloads.apply(tenant, workloads, work.nowMs);
  await repositories.devices.heard(tenant, [...heard.values()]);
  if (samples.length > 0) {
    await repositories.usage.append(tenant, samples);
    await watchUsage(work, samples);
  }
  if (events.length > 0)
    for (const event of await repositories.deviceEvents.append(tenant, events))
      changes.push({ type: 'event', device: event.device, event });
  await confirmGenerations(work, [...heard.values()], states);
  await feedRollouts(work, states);
  for (const device of new Set(states.map((state) => state.device)))
    changes.push({ type: 'device', device: device as DeviceId });
  for (const device of new Set(samples.map((sample) => sample.device)))
    changes.push({ type: 'usage', device: device as DeviceId });
}

/** A device that is ahead of what is written here (a restored backup) gets a desired state above its own (A3). */
async function confirmGenerations(
  work: Work,
  heard: readonly DeviceHeard[],
  said: readonly StateReport[],
): Promise<void> {
  const reported = heard.flatMap(({ device, reportedGeneration: generation }) =>
    generation === undefined ? [] : [{ device, generation }],
  );
  if (reported.length === 0) return;
  await work.repositories.desired.confirm(work.tenant, reported);
  const names = reported.map(({ device }) => device);
  const states = await work.repositories.devices.states(work.tenant, names);
  for (const { device, generation } of reported)
    if (generation > (states.get(device)?.desiredGeneration ?? 0)) work.stale.add(device);
  for (const { device, body } of said)
    if (body.conflict === true && body.generation === states.get(device)?.desiredGeneration) work.stale.add(device);
}

function hear(before: DeviceHeard, { body }: ReportItem): DeviceHeard {
  if (body.type !== 'state' || body.generation > APP_LIMITS.generationMax) return before;
  const reportedGeneration = Math.max(before.reportedGeneration ?? 0, body.generation);
  return { ...before, reportedGeneration, inventory: body.inventory ?? before.inventory };
}

function eventOf(device: string, { atMs, body }: ReportItem): Omit<DeviceEvent, 'id'> {
  if (body.type === 'event') {
    const { severity, name, app, message } = body;
    return { device: device as DeviceId, atMs, severity, name, app: app ?? null, message };
  }
  const message = body.type === 'dropped' ? `gave up ${body.count} numbers of ${body.what}: the outbox was full` : '';
  return { device: device as DeviceId, atMs, severity: 'warning', name: 'outbox_dropped', app: null, message };
}

function samplesOf(device: string, { fromMs, toMs, host, workloads }: Sample): UsageSample[] {
  const ofApps = workloads.map((workload): UsageSample => {
    return { device, app: workload.app, release: workload.release, fromMs, toMs, host: null, workload };
  });
  return host ? [{ device, app: '', release: null, fromMs, toMs, host, workload: null }, ...ofApps] : ofApps;
}
