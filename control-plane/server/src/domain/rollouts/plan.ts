import {
  DEFAULT_WAVES,
  type DeviceId,
  type Digest,
  FIRST_WAVE_MAX_FAILURES,
  GATE_DEFAULTS,
  type Gate,
  type RolloutRequest,
  type WaveSize,
} from '@wherry/protocol';
import { emptyCounts } from './counts.ts';
import type { Member, RolloutHeader, WaveHeader } from './model.ts';

export interface PlannedDevice {
  readonly device: DeviceId;
  readonly isOnline: boolean;
  /** What the device must come to; null takes the app away. */
  readonly release: Digest | null;
  /** Why the device is left out from the start. */
  readonly skip?: string;
}

export interface RolloutPlan {
  readonly header: RolloutHeader;
  /** In the order of assignment. */
  readonly members: readonly Member[];
}

type PlanRequest = Pick<RolloutRequest, 'waves' | 'gate' | 'maxInFlight' | 'deadlineMs' | 'soakMs'>;

/**
 * Spreads devices over waves. Devices that are online come first, so that the first waves are answered; among equals the order
 * given holds. Shares are of all devices to move, rounded up; what is beyond the sizes goes to the last wave, and waves
 * that are left without a device are dropped. Devices left out are counted, as skipped, in the last wave.
 */
export function planRollout(request: PlanRequest, devices: readonly PlannedDevice[], nowMs: number): RolloutPlan {
  const moving = devices.filter((device) => device.skip === undefined);
  const ordered = [...moving.filter((device) => device.isOnline), ...moving.filter((device) => !device.isOnline)];
  const wanted = request.waves ?? DEFAULT_WAVES;
  const sizes = spread(
    wanted.map((wave) => wave.size),
    ordered.length,
  );
  const kept = wanted.map((wave, index) => ({ wave, size: sizes[index] ?? 0, index })).filter(({ size }) => size > 0);
  if (kept.length === 0) kept.push({ wave: wanted[0] ?? { size: { count: 1 } }, size: 0, index: 0 });

  const members: Member[] = [];
  for (const [at, { size }] of kept.entries())
    for (const device of ordered.slice(members.length, members.length + size))
      members.push(newMember(device, at, nowMs));
  for (const device of devices) if (device.skip !== undefined) members.push(newMember(device, kept.length - 1, nowMs));

  const waves = kept.map(({ wave, size, index }, at): WaveHeader => {
    const counts = emptyCounts();
    for (const member of members) if (member.wave === at) counts[member.state] += 1;
    const total = counts.pending + counts.skipped;
    const gate = gateOf(index === 0, { ...defined(request.gate), ...defined(wave.gate) }, size);
    return { total, counts, gate, acknowledged: 0, failedDevices: [], isPassed: false };
  });
  const { maxInFlight, deadlineMs, soakMs } = request;
  const header: RolloutHeader = {
    state: 'draft',
    waves,
    currentWave: 0,
    maxInFlight,
    deadlineMs,
    soakMs,
    verdict: null,
    finishedAtMs: null,
  };
  return { header, members };
}

/** Devices of each wave: never more than are left, and the last takes the rest. */
export function spread(sizes: readonly WaveSize[], total: number): number[] {
  let left = total;
  return sizes.map((size, index) => {
    const wanted = 'count' in size ? size.count : Math.ceil(size.share * total - 1e-9);
    const taken = index === sizes.length - 1 ? left : Math.min(left, wanted);
    left -= taken;
    return taken;
  });
}

function gateOf(isFirst: boolean, given: Partial<Gate>, size: number): Gate {
  return { ...GATE_DEFAULTS, maxFailures: isFirst ? FIRST_WAVE_MAX_FAILURES : size, ...given };
}

function defined(gate: Partial<Record<keyof Gate, number | undefined>> | undefined): Partial<Gate> {
  return Object.fromEntries(Object.entries(gate ?? {}).filter(([, value]) => value !== undefined));
}

function newMember(device: PlannedDevice, wave: number, nowMs: number): Member {
  return {
    device: device.device,
    wave,
    state: device.skip === undefined ? 'pending' : 'skipped',
    release: device.release,
    attempt: 0,
    generation: 0,
    deployment: null,
    code: null,
    message: device.skip ?? null,
    variant: null,
    updatedAtMs: nowMs,
    deadlineAtMs: null,
  };
}
