import { type ErrorCode, LIMITS } from '@wherry/protocol';
import { type Effect, isLedger, type OutwardEffect, type OutwardOf } from '../effects.ts';
import type { LifecycleEvent } from '../events.ts';
import { keptDigests } from '../kept.ts';
import { type Deployment, type DeploymentRecord, restore } from '../state.ts';
import { step } from '../step.ts';
import { digestAt, factsOf, workloadOf } from './states.ts';

/**
 * A small world around one lifecycle: a disk that survives crashes, a network and processes that do not. Every rule is checked at
 * every effect; what goes wrong, and when, is told by the trace.
 */
export type Behaviour = 'good' | 'sick' | 'crashes' | 'refused' | 'tampered';

/** Releases a, b, c … by their counter. */
export const RELEASES = ['a', 'b', 'c', 'd'] as const;
export type ReleaseLetter = (typeof RELEASES)[number];

interface Pending {
  readonly event: LifecycleEvent;
  readonly dueMs: number;
}

export class World {
  /** On disk. */
  record: DeploymentRecord | null = null;
  readonly quarantine = new Map<string, number>();
  readonly blobs = new Set<string>();
  readonly releases = new Set<string>();
  /** In memory. */
  state: Deployment | null = null;
  running: { readonly release: string; readonly ticket: number } | null = null;
  pending: Pending[] = [];
  nowMs = 1_000_000;
  readonly #wanted = new Set<string>();
  readonly #behaviour: Readonly<Record<ReleaseLetter, Behaviour>>;
  /** Effects that are still carried out before the power goes; null: all. */
  powerLeft: number | null = null;
  #lastTicket = 0;
  #boots = 0;

  constructor(behaviour: Readonly<Record<ReleaseLetter, Behaviour>>) {
    this.#behaviour = behaviour;
  }

  want(letter: ReleaseLetter | null, attempt: number, isRollback: boolean): void {
    const workload =
      letter === null ? null : workloadOf(letter, { attempt, ...(isRollback ? { rollback: true } : {}) });
    if (workload !== null) this.#wanted.add(workload.release);
    const failedAttempt = workload === null ? null : (this.quarantine.get(workload.release) ?? null);
    this.send({ type: 'desired', workload, failedAttempt });
  }

  send(event: LifecycleEvent): void {
    const random = (this.nowMs % 997) / 997;
    const env = {
      nowMs: this.nowMs,
      uptimeMs: this.nowMs,
      random,
      device: { refused: {}, platform: 'linux/arm64' },
      lastTicket: this.#lastTicket,
    };
    const { state, effects } = step(this.state, event, env);
    if (this.#isPowerGone()) {
      this.reboot();
      return;
    }
    this.#commit(state, effects);
    for (const effect of effects) {
      if (isLedger(effect)) continue;
      if (this.#isPowerGone()) {
        this.reboot();
        return;
      }
      this.#execute(effect);
    }
  }

  /** Delivers the n-th pending answer or timer. `isLost` and `isDoubled`: what networks do. */
  deliver(at: number, isLost: boolean, isDoubled: boolean): void {
    const [next] = this.pending.splice(at % Math.max(1, this.pending.length), 1);
    if (next === undefined) return;
    const boots = this.#boots;
    this.nowMs = Math.max(this.nowMs, next.dueMs);
    if (isLost && next.event.type !== 'timer') this.pending.push(next);
    else this.send(next.event);
    // No answer outlives the process that asked.
    if (isDoubled && boots === this.#boots) this.send(next.event);
  }

  reboot(): void {
    this.#boots += 1;
    this.powerLeft = null;
    this.running = null;
    this.pending = [];
    this.#lastTicket = 0;
    this.state = this.record === null ? null : restore(this.record);
    if (this.state !== null) this.send({ type: 'boot' });
  }

  crashInstance(): void {
    if (this.running === null) return;
    const { ticket } = this.running;
    this.running = null;
    this.send({ type: 'crashed', ticket, code: 'guest_error', message: 'it fell over' });
  }

  #isPowerGone(): boolean {
    if (this.powerLeft === null) return false;
    this.powerLeft -= 1;
    return this.powerLeft < 0;
  }

  #commit(state: Deployment | null, effects: readonly Effect[]): void {
    const before = this.record;
    for (const effect of effects) {
      if (effect.kind === 'forget') this.record = null;
      if (effect.kind === 'quarantine') this.quarantine.set(effect.release, effect.attempt);
    }
    const saved = this.state?.record;
    this.state = state;
    this.#lastTicket = Math.max(this.#lastTicket, state?.lastTicket ?? 0);
    if (state === null) return;
    if (state.record === saved && before !== null) return;
    this.record = JSON.parse(JSON.stringify(state.record)) as DeploymentRecord;
    hold(this.record.transitions <= LIMITS.transitionsPerDeployment, 'transitions are bounded');
    this.#checkCounter(before, this.record);
  }

  #checkCounter(before: DeploymentRecord | null, after: DeploymentRecord): void {
    if (!before?.good || !after.good) return;
    if (after.good.facts.releaseCounter < before.good.facts.releaseCounter)
      hold(after.good.workload.rollback === true, 'A3: what is confirmed gets no older but by an explicit rollback');
  }

  #execute(effect: OutwardEffect): void {
    switch (effect.kind) {
      case 'fetchRelease':
        this.#answer(this.#fetchRelease(effect));
        return;
      case 'fetchBlob':
        this.blobs.add(effect.digest);
        this.#answer({ type: 'blob_fetched', ticket: effect.ticket });
        return;
      case 'prepare':
        this.#answer(this.#prepare(effect));
        return;
      case 'start':
        this.#start(effect);
        return;
      case 'stop':
        this.running = null;
        return;
      case 'probe':
        this.#answer(this.#probe(effect.ticket));
        return;
      case 'setTimer': {
        const { lane, ticket, delayMs } = effect;
        this.pending.push({ event: { type: 'timer', lane, ticket }, dueMs: this.nowMs + delayMs });
        return;
      }
      case 'collectGarbage':
        this.#collect();
        return;
      case 'bindTriggers':
      case 'cancelChange':
        return;
    }
  }

  #fetchRelease({ ticket, release }: OutwardOf<'fetchRelease'>): LifecycleEvent {
    if (this.#of(release) === 'tampered')
      return { type: 'release_failed', ticket, code: 'signature_invalid', message: 'changed', isFinal: true };
    this.releases.add(release);
    return { type: 'release_fetched', ticket, facts: this.#facts(release) };
  }

  #prepare({ ticket, release, variantAt }: OutwardOf<'prepare'>): LifecycleEvent {
    if (this.#of(release) !== 'refused') return { type: 'prepared', ticket, runtime: 'wasm' };
    const code: ErrorCode = variantAt === 0 ? 'import_refused' : 'no_runtime';
    return { type: 'refused', ticket, code, message: 'not here' };
  }

  #start({ ticket, release, variantAt }: OutwardOf<'start'>): void {
    hold(this.running === null, 'one instance at a time');
    hold(this.releases.has(release) && this.#wanted.has(release), 'A1: only what was verified and wanted runs');
    const artifact = this.#facts(release).variants[variantAt]?.artifact;
    if (artifact) hold(this.blobs.has(artifact.digest), 'A1: only what was fetched runs');
    const attempt = this.record?.target.workload.attempt ?? 0;
    if (this.state?.run.who === 'target')
      hold((this.quarantine.get(release) ?? 0) < attempt, 'A5: quarantined releases are not tried');
    this.running = { release, ticket };
    this.#answer({ type: 'started', ticket });
    if (this.#of(release) === 'crashes')
      this.#answer({ type: 'crashed', ticket, code: 'guest_error', message: 'it always does' });
  }

  #probe(ticket: number): LifecycleEvent {
    const isSick = this.running?.ticket === ticket && this.#of(this.running.release) === 'sick';
    if (isSick) return { type: 'probe_failed', ticket, code: 'health_failed', message: 'sick' };
    return { type: 'probe_passed', ticket };
  }

  #collect(): void {
    const kept = keptDigests(this.record === null ? [] : [this.record]);
    if (kept === null) return;
    for (const digest of this.blobs) if (!kept.blobs.has(digest)) this.blobs.delete(digest);
    for (const digest of this.releases) if (!kept.releases.has(digest)) this.releases.delete(digest);
    const good = this.record?.good;
    if (!good) return;
    hold(this.releases.has(good.workload.release), 'A2: the last good release stays');
    const artifact = good.facts.variants[good.variantAt]?.artifact;
    if (artifact) hold(this.blobs.has(artifact.digest), 'A2: its blob stays');
  }

  #answer(event: LifecycleEvent): void {
    this.pending.push({ event, dueMs: this.nowMs + 1 });
  }

  #facts(release: string) {
    const counter = RELEASES.findIndex((letter) => digestAt(letter) === release) + 1;
    const facts = factsOf(counter);
    const [wasm, container] = facts.variants;
    const artifact = { digest: `sha256:${String(counter).repeat(64)}`, sizeBytes: 1_000 };
    return { ...facts, variants: [{ ...wasm, artifact }, container] } as typeof facts;
  }

  #of(release: string): Behaviour {
    const letter = RELEASES.find((candidate) => digestAt(candidate) === release);
    return letter === undefined ? 'good' : this.#behaviour[letter];
  }
}

function hold(isHeld: boolean, rule: string): void {
  if (!isHeld) throw new Error(`broken: ${rule}`);
}
