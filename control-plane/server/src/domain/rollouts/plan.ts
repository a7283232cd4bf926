import {
  DEFAULT_WAVES,
  type DeviceId,
  type Digest,
  FIRST_WAVE_MAX_FAILURES,
  GATE_DEFAULTS,
  type Gate,
  type RolloutRequest,
  type WaveRequest,
  type WaveSize,
} from '@wherry/protocol';
import { emptyCounts } from './counts.ts';
import type { Member, RolloutHeader, WaveHeader } from './model.ts';
import { newPace } from './pace.ts';
import { watchOf } from './watch.ts';
import { type Drawn, drawWaves } from './waves.ts';

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

export type PlanRequest = Pick<RolloutRequest, 'gate' | 'maxInFlight' | 'deadlineMs' | 'soakMs'> &
  Partial<Pick<RolloutRequest, 'startAtMs' | 'pace' | 'watch' | 'dynamic'>> & {
    /** A wave without a size takes all that it may. */
    readonly waves?: readonly (Omit<WaveRequest, 'size'> & { readonly size?: WaveSize | undefined })[] | undefined;
  };

/** Whether a device is one that the wave's selector names: the shell reads labels, the plan does not. */
export type WaveMatch = (device: DeviceId, wave: number) => boolean;

export const NO_WAVE = 'no wave takes it';

/**
 * Spreads devices over waves. Devices that are online come first, so that the first waves are answered; among equals the order
 * given holds. Waves that are left without a device are dropped. Devices left out are counted, as skipped, in the last wave.
 */
export function planRollout(
  request: PlanRequest,
  devices: readonly PlannedDevice[],
  nowMs: number,
  matches: WaveMatch = () => true,
): RolloutPlan {
  const moving = devices.filter((device) => device.skip === undefined);
  const ordered = [...moving.filter((device) => device.isOnline), ...moving.filter((device) => !device.isOnline)];
  const wanted = request.waves ?? DEFAULT_WAVES;
  const { drawn, left } = drawWaves(wanted, ordered, matches);
  const kept = drawn.map((taken, index) => ({ taken, index })).filter(({ taken }) => taken.length > 0);
  if (kept.length === 0) kept.push({ taken: [], index: 0 });

  const last = kept.length - 1;
  const skipped = [
    ...devices.filter(({ skip }) => skip !== undefined),
    ...left.map((device): PlannedDevice => ({ ...device, skip: NO_WAVE })),
  ];
  const members = [
    ...kept.flatMap(({ taken }, at) => taken.map((device) => newMember(device, at, nowMs))),
    ...skipped.map((device) => newMember(device, last, nowMs)),
  ];
  const waves = kept.map(({ taken, index }, at) =>
    newWave(request, wanted[index], index === 0, taken, at === last ? skipped.length : 0),
  );
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
    beganAtMs: null,
    startAtMs: request.startAtMs ?? null,
    pace: newPace(request.pace, nowMs),
    watch: watchOf(request.watch),
    isDynamic: request.dynamic ?? false,
    wakeAtMs: null,
  };
  return { header, members };
}

function newWave(
  request: PlanRequest,
  wave: Omit<WaveRequest, 'size'> | undefined,
  isFirst: boolean,
  taken: Drawn<PlannedDevice>,
  skipped: number,
): WaveHeader {
  return {
    total: taken.length + skipped,
    counts: { ...emptyCounts(), pending: taken.length, skipped },
    gate: gateOf(isFirst, { ...defined(request.gate), ...defined(wave?.gate) }, taken.length),
    acknowledged: 0,
    failedDevices: [],
    failureCodes: {},
    isPassed: false,
    needsApproval: wave?.approval ?? false,
    isApproved: false,
  };
}

function gateOf(isFirst: boolean, given: Partial<Gate>, size: number): Gate {
  return { ...GATE_DEFAULTS, maxFailures: isFirst ? FIRST_WAVE_MAX_FAILURES : size, ...given };
}

function defined(gate: Partial<Record<keyof Gate, number | undefined>> | undefined): Partial<Gate> {
  return Object.fromEntries(Object.entries(gate ?? {}).filter(([, value]) => value !== undefined));
}

export function newMember(device: PlannedDevice, wave: number, nowMs: number): Member {
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
