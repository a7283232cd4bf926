import { type Backoff, cameUp, LINK_TUNING, NO_ATTEMPTS, wentDown } from '@wherry/agent/drain';
import { BenchDevice } from '../rollout/device.ts';
import type { DeviceIdentity } from '../rollout/identities.ts';

/** Sessions that come back as those of real agents do: by the same pure backoff, with the same tuning. */
export interface ReturningFleet {
  /** Connects all, so many at once. */
  connect(atOnce: number): Promise<void>;
  /** Monotonic ms of each session that came up, and tries that failed, since the last call. */
  take(): { readonly upAtMs: readonly number[]; readonly failedTries: number };
  upCount(): number;
  end(): void;
}

export function makeReturningFleet(
  identities: readonly DeviceIdentity[],
  address: { readonly host: string; readonly port: number },
): ReturningFleet {
  let upAtMs: number[] = [];
  let failedTries = 0;
  let isEnding = false;
  const up = new Set<string>();
  const devices = new Map<string, BenchDevice>();
  const timers = new Set<NodeJS.Timeout>();

  function open(identity: DeviceIdentity, before: Backoff, onFirst: () => void): void {
    let backoff = before;
    const device = new BenchDevice(identity, address, {
      onReady() {
        up.add(identity.device);
        upAtMs.push(performance.now());
        // As a session that has lived for long when it is lost.
        backoff = cameUp(backoff, performance.now() - LINK_TUNING.stableAfterMs);
        onFirst();
      },
      onEnded() {
        if (!up.delete(identity.device)) failedTries += 1;
        if (isEnding) return;
        const next = wentDown(backoff, performance.now(), Math.random(), LINK_TUNING);
        const timer = setTimeout(() => {
          timers.delete(timer);
          open(identity, next.backoff, onFirst);
        }, next.delayMs);
        timers.add(timer);
      },
      onStored: () => {},
      onDesired: () => {},
      onFailing: () => {},
    });
    devices.set(identity.device, device);
  }

  return {
    async connect(atOnce) {
      const waiting = identities[Symbol.iterator]();
      const lane = async () => {
        for (const identity of waiting) await new Promise<void>((resolve) => open(identity, NO_ATTEMPTS, resolve));
      };
      await Promise.all(Array.from({ length: atOnce }, lane));
    },
    take() {
      const taken = { upAtMs, failedTries };
      upAtMs = [];
      failedTries = 0;
      return taken;
    },
    upCount: () => up.size,
    end() {
      isEnding = true;
      for (const timer of timers) clearTimeout(timer);
      for (const device of devices.values()) device.end();
    },
  };
}
