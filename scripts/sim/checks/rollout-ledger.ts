import type { MemberState } from '@wherry/protocol';
import { emptyCounts, FAILURE_STATES, type Member, type RolloutHeader } from '@wherry/server/domain';
import type { BrokenStep } from './rollout-step.ts';

/** Counts members by itself at each commit, and compares: the sums of the header, the cap (R1), the limits of the gates (R7). */
export class RolloutLedger {
  /** In flight or soaking. */
  readonly open = new Set<string>();
  readonly #waves: Record<MemberState, number>[] = [];
  #inFlight = 0;

  commit(
    header: RolloutHeader,
    before: RolloutHeader | undefined,
    changed: ReadonlyMap<string, Member>,
    kept: ReadonlyMap<string, Member>,
  ): readonly BrokenStep[] {
    const wasInFlight = this.#inFlight;
    for (const [device, member] of changed) {
      const old = kept.get(device);
      if (old !== undefined) this.#count(old, -1);
      this.#count(member, 1);
      if (member.deadlineAtMs !== null) this.open.add(device);
      else this.open.delete(device);
    }
    const broken: BrokenStep[] = [];
    const cap = Math.max(header.maxInFlight, before?.maxInFlight ?? 0);
    if (this.#inFlight > cap && this.#inFlight > wasInFlight)
      broken.push({ rule: 'R1', message: `${this.#inFlight} devices are in flight, the cap is ${cap}` });
    for (const [index, wave] of header.waves.entries()) {
      const counted = this.#wave(index);
      for (const state in counted)
        if (wave.counts[state as MemberState] !== counted[state as MemberState])
          broken.push({
            rule: 'sums',
            message: `wave ${index + 1} says ${wave.counts[state as MemberState]} ${state}, but there are ${counted[state as MemberState]}`,
          });
      const limit = crossed(header, index, counted);
      if (limit !== null) broken.push({ rule: 'R7', message: `${limit}, and the rollout is ${header.state}` });
    }
    return broken;
  }

  #count({ wave, state }: Member, by: 1 | -1): void {
    this.#wave(wave)[state] += by;
    if (state === 'in_flight') this.#inFlight += by;
  }

  #wave(index: number): Record<MemberState, number> {
    while (this.#waves.length <= index) this.#waves.push(emptyCounts());
    return this.#waves[index] as Record<MemberState, number>;
  }
}

/** DESIGN §7, counted anew; null while the wave is within its limits or nothing can be assigned anyway. */
function crossed(header: RolloutHeader, index: number, counts: Readonly<Record<MemberState, number>>): string | null {
  if (header.state !== 'running' && header.state !== 'completed') return null;
  const { gate, acknowledged } = header.waves[index] as RolloutHeader['waves'][number];
  let failures = -acknowledged;
  for (const state of FAILURE_STATES) failures += counts[state];
  if (failures <= 0) return null;
  if (failures > gate.maxFailures)
    return `wave ${index + 1} has ${failures} failures, at most ${gate.maxFailures} may fail`;
  const reached = failures + counts.succeeded + counts.soaking;
  if (reached < gate.minSample || failures / reached <= gate.maxFailureRate) return null;
  return `${failures} of ${reached} reached in wave ${index + 1} failed, above a rate of ${gate.maxFailureRate}`;
}
