import { brokenAtRest } from '@wherry/agent/core';
import { FINAL_STATES } from '@wherry/protocol';
import { FINAL_MEMBER_STATES } from '@wherry/server/domain';
import type { Flaw } from '../releases.ts';
import { growing } from '../server/rollout-run.ts';
import type { SimDevice, Stage } from '../stage.ts';
import type { Rule } from '../violations.ts';

/** What must have come true once nothing goes wrong any more: devices converge (A4), rollouts end (R4), reports are told (C1). */
export interface Unfinished {
  readonly rule: Rule;
  readonly about: readonly string[];
  readonly message: string;
}

export function unfinished(world: Stage): Unfinished | null {
  for (const row of world.store.rollouts.values()) {
    const { state } = row.header;
    if (state !== 'completed' && state !== 'aborted')
      return { rule: 'R4', about: [row.id], message: `the rollout is still ${state}` };
    for (const [device, member] of world.store.members.get(row.id) ?? [])
      if (!FINAL_MEMBER_STATES.has(member.state))
        return {
          rule: 'R4',
          about: [row.id, device],
          message: `${device} is still ${member.state} in a rollout that is ${state}`,
        };
  }
  for (const id of growing(rolloutsOf(world)))
    for (const { name, ring } of world.store.devices.values())
      if (isWanted(world, id, ring) && world.store.member(id, name) === undefined)
        return { rule: 'R12', about: [id, name], message: `${name} came to match and is no member` };
  for (const device of world.devices) {
    const found = unfinishedDevice(world, device);
    if (found !== null) return { ...found, about: [device.name] };
  }
  return null;
}

function rolloutsOf({ store }: Stage): Parameters<typeof growing>[0] {
  return {
    rolloutIds: () => [...store.rollouts.keys()],
    rollout(id) {
      const row = store.rollouts.get(id);
      if (row === undefined) throw new RangeError(`there is no rollout ${id}`);
      return row;
    },
  };
}

function isWanted({ store }: Stage, id: string, ring: number): boolean {
  const wanted = store.rollouts.get(id)?.ring ?? null;
  return wanted === null || wanted === ring;
}

function unfinishedDevice(world: Stage, device: SimDevice): Omit<Unfinished, 'about'> | null {
  const row = world.store.devices.get(device.name);
  const { record } = device.disk;
  const wanted = row?.document?.state;
  if (wanted !== undefined && device.generation !== wanted.generation)
    return { rule: 'A4', message: `it holds generation ${device.generation}, the newest is ${wanted.generation}` };
  const workload = wanted?.workloads[0];
  if (wanted !== undefined && workload === undefined && record !== null)
    return { rule: 'A4', message: 'its app is to go and is still there' };
  if (workload !== undefined && (record === null || record.target.workload.release !== workload.release))
    return {
      rule: 'A4',
      message: `it works on ${record?.target.workload.version ?? 'nothing'}, not on ${workload.version}`,
    };
  if (record !== null && !FINAL_STATES.has(record.phase))
    return { rule: 'A4', message: `no verdict: still ${record.phase}` };
  const restless =
    device.state === null ? [] : brokenAtRest(device.state, device.running?.release ?? null, device.bound);
  const [first] = restless;
  if (first !== undefined) return { rule: 'A4', message: first.message };
  const phases = record === null ? null : PHASES[world.flawOf(device.index, record.target.workload.release)];
  if (record !== null && phases !== null && !phases.has(record.phase) && !isExcused(device))
    return { rule: 'A4', message: `it ended ${record.phase}, which such a release never does without a crash` };
  if (device.disk.outbox.length > 0)
    return { rule: 'C1', message: `${device.disk.outbox.length} reports are not told` };
  const told = row?.reported?.status ?? null;
  if (!device.isLiar && (told?.state ?? null) !== (record?.phase ?? null))
    return {
      rule: 'C1',
      message: `the server knows ${told?.state ?? 'nothing'} of it, and it is ${record?.phase ?? 'nothing'}`,
    };
  return null;
}

/** Where a deployment of such a release ends, however often the power went in between. */
const BACK = new Set(['reverted', 'failed']);
const PHASES: Readonly<Record<Flaw, ReadonlySet<string>>> = {
  none: new Set(['healthy']),
  sick: BACK,
  crashes: BACK,
  crashesLater: new Set(['healthy', 'reverted', 'failed']),
  refused: new Set(['rejected', 'healthy']),
  forged: new Set(['rejected']),
  spoiled: new Set(['rejected', 'healthy']),
  containerOnly: new Set(['healthy', 'rejected']),
};

/** Verdicts that other things than the release bring about; a release that a device had confirmed before stays good. */
const EXCUSES: ReadonlySet<string> = new Set([
  'too_many_transitions',
  'quarantined',
  'version_not_higher',
  'digest_mismatch',
  'no_variant_fits',
]);

function isExcused({ disk: { record } }: SimDevice): boolean {
  if (record === null) return true;
  const isGoodAgain = record.phase === 'healthy' && record.good?.workload.release === record.target.workload.release;
  return isGoodAgain ? false : record.verdict !== null && EXCUSES.has(record.verdict.code);
}
