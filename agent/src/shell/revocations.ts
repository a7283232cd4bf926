import type { ErrorCode } from '@wherry/protocol';
import { heldRelease } from '../core/lifecycle/state.ts';
import type { Logger } from '../logs/logger.ts';
import type { DeviceTrust } from './device-trust.ts';
import type { Loop } from './loop.ts';

/**
 * After each refresh: does everything that runs here, or that this device would go back to, still have the word of the owner's keys?
 * What could not be established is no revocation.
 */
export interface Revocations {
  check(): void;
}

export interface RevocationsOptions {
  readonly trust: () => Pick<DeviceTrust, 'local'>;
  readonly loop: () => Loop;
  readonly onRevoked: 'keep' | 'stop';
  readonly log: Logger;
}

const REVOKED: ReadonlySet<ErrorCode> = new Set([
  'target_unknown',
  'outside_delegation',
  'below_floor',
  'wrong_target',
  'release_disagrees',
]);

export function createRevocations({ trust, loop, onRevoked, log }: RevocationsOptions): Revocations {
  /** Told once, where it goes on. */
  const told = new Set<string>();
  return {
    check() {
      for (const [app, state] of loop().states()) {
        const releases = new Map(
          [heldRelease(state), state.record.good].flatMap((one) => (one ? [[one.workload.release, one]] : [])),
        );
        for (const [digest, { workload }] of releases) {
          const found = trust().local({ app, version: workload.version, digest });
          const problem = found === null || found.ok ? undefined : found.problems[0];
          if (problem === undefined || !REVOKED.has(problem.code)) {
            told.delete(digest);
            continue;
          }
          if (told.has(digest)) continue;
          told.add(digest);
          const { code, message } = problem;
          log.warn({ app, code, onRevoked }, 'a release is revoked');
          loop().dispatch(app, { type: 'revoked', release: digest, stops: onRevoked === 'stop', code, message });
        }
      }
    },
  };
}
