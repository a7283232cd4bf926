import type { LifecycleEvent, OutwardEffect, OutwardKind, OutwardOf } from '@wherry/agent/core';
import type { ErrorCode } from '@wherry/protocol';
import { BLOB_BYTES, type Flaw, flawOn } from '../releases.ts';
import type { SimDevice } from '../stage.ts';

/** What the outside answers to each effect: downloads, runtimes, programs, timers. A kind without an executor does not compile. */
type Executor<K extends OutwardKind> = (device: SimDevice, effect: OutwardOf<K>) => void;

const EXECUTORS: { readonly [K in OutwardKind]: Executor<K> } = {
  fetchRelease(device, { ticket, release }) {
    later(device, 50, 500, () => {
      if (!device.link.isUp) return notReached('release_failed', ticket);
      if (flawOf(device, release) === 'forged')
        return {
          type: 'release_failed',
          ticket,
          code: 'signature_invalid',
          message: 'signed by a stranger',
          isFinal: true,
        };
      const found = device.world.releaseOf(release);
      if (found === undefined)
        return {
          type: 'release_failed',
          ticket,
          code: 'release_unknown',
          message: 'there is no such release',
          isFinal: true,
        };
      device.disk.releases.add(release);
      return device.cut() ? null : { type: 'release_fetched', ticket, facts: found.facts };
    });
  },
  fetchBlob(device, { ticket, digest }) {
    later(device, 100, 3_000, () => {
      if (device.disk.blobs.has(digest)) return { type: 'blob_fetched', ticket };
      if (!device.link.isUp) return notReached('blob_failed', ticket);
      const isSpoiled = device.world.releases.some(
        (release) =>
          release.facts.variants.some(({ artifact }) => artifact?.digest === digest) &&
          flawOf(device, release.digest) === 'spoiled',
      );
      if (isSpoiled || device.world.happens('tamper'))
        return { type: 'blob_failed', ticket, code: 'digest_mismatch', message: 'other bytes came', isFinal: false };
      device.disk.blobs.add(digest);
      if (device.budgetBytes !== null) device.budgetBytes = Math.max(0, device.budgetBytes - BLOB_BYTES);
      return device.cut() ? null : { type: 'blob_fetched', ticket };
    });
  },
  prepare(device, { ticket, release, variantAt }) {
    later(device, 20, 500, () =>
      flawOf(device, release) === 'refused' && variantAt === 0
        ? { type: 'refused', ticket, code: 'import_refused', message: 'asks for what is not offered' }
        : { type: 'prepared', ticket, runtime: 'wasm' },
    );
  },
  start(device, effect) {
    device.world.checks.starting(device, effect);
    const { ticket, release, variantAt } = effect;
    const { running } = device;
    if (running !== null && running.ticket === device.state?.run.prior) device.beside = running;
    device.running = { release, ticket, variantAt };
    later(device, 20, 300, () => ({ type: 'started', ticket }));
    const flaw = flawOf(device, release);
    if (flaw === 'crashes') falls(device, ticket, 400, 4_000);
    else if (flaw === 'crashesLater') falls(device, ticket, 45_000, 90_000);
  },
  stop(device) {
    device.running = null;
    device.beside = null;
    device.bound = null;
  },
  dismiss(device, { ticket }) {
    if (device.bound === ticket) device.bound = null;
    if (device.beside?.ticket === ticket) device.beside = null;
    if (device.running?.ticket !== ticket) return;
    device.running = device.beside;
    device.beside = null;
  },
  bindTriggers(device, { ticket }) {
    if (device.running?.ticket === ticket) device.bound = ticket;
  },
  moveTriggers(device, effect) {
    device.world.checks.moving(device, effect);
    const { ticket } = effect;
    later(device, 5, 2_000, () => {
      // Nobody waits for it any more: the triggers stay where they are.
      if (device.running?.ticket !== ticket || device.state?.run.status !== 'moving') return null;
      // Once: a good release must not fail for the calls of the one before.
      const isFirst = device.state.run.health.crashes === 0;
      if (isFirst && device.world.happens('tamper'))
        return { type: 'move_failed', ticket, code: 'health_failed', message: 'a call did not end', isFinal: false };
      device.bound = ticket;
      device.beside = null;
      return { type: 'moved', ticket };
    });
  },
  probe(device, { ticket }) {
    later(device, 2, 40, () => {
      if (flawOf(device, device.running?.release ?? '') === 'sick')
        return { type: 'probe_failed', ticket, code: 'health_failed', message: 'it answers with an error' };
      device.passed = ticket;
      return { type: 'probe_passed', ticket };
    });
  },
  setTimer(device, { lane, ticket, delayMs }) {
    if (lane === 'run' && isDull(device)) return;
    device.answer(delayMs, () => ({ type: 'timer', lane, ticket }));
  },
  collectGarbage(device) {
    const { record, releases, blobs } = device.disk;
    const kept = device.world.machines.agent.keptDigests(record === null ? [] : [record]);
    if (kept === null) return;
    for (const digest of releases) if (!kept.releases.has(digest)) releases.delete(digest);
    for (const digest of blobs) if (!kept.blobs.has(digest)) blobs.delete(digest);
    device.world.checks.collected(device);
  },
  cancelChange() {},
};

export function execute(device: SimDevice, effect: OutwardEffect): void {
  (EXECUTORS[effect.kind] as Executor<OutwardKind>)(device, effect);
}

function flawOf(device: SimDevice, digest: string): Flaw {
  const release = device.world.releaseOf(digest);
  return release === undefined ? 'none' : flawOn(release, device.world.scenario.seed, device.index);
}

/** Probes of a confirmed release that will go on passing: one device in eight goes on asking, to keep the path in use. */
function isDull({ state, index, world }: SimDevice): boolean {
  if (index % 8 === 0 && !world.healed) return false;
  const { phase, good } = state?.record ?? {};
  return phase !== undefined && state?.run.who === 'good' && state.run.status === 'up' && good != null;
}

function later(device: SimDevice, lowMs: number, highMs: number, event: () => LifecycleEvent | null): void {
  device.answer(device.world.random.between(lowMs, highMs), event);
}

function falls(device: SimDevice, ticket: number, lowMs: number, highMs: number): void {
  later(device, lowMs, highMs, () => {
    if (device.beside?.ticket === ticket) device.beside = null;
    else if (device.running?.ticket === ticket) device.running = null;
    else return null;
    return { type: 'crashed', ticket, code: 'guest_error', message: 'it fell over' };
  });
}

function notReached<T extends 'release_failed' | 'blob_failed'>(type: T, ticket: number) {
  return { type, ticket, code: 'download_failed' as ErrorCode, message: 'no network', isFinal: false } as const;
}
