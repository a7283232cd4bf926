import type { DesiredWorkload, ErrorCode } from '@wherry/protocol';
import { type LinkFacts, refuseByLink } from '../../budget/link-budget.ts';
import { type Effect, isLedger, type OutwardEffect, type OutwardOf } from '../effects.ts';
import type { Env } from '../env.ts';
import type { LifecycleEvent } from '../events.ts';
import { keptDigests } from '../kept.ts';
import {
  type BrokenRule,
  brokenByActivation,
  brokenByCollection,
  brokenByFetch,
  brokenByMove,
  brokenBySaving,
  brokenByStart,
} from '../rules.ts';
import { type Deployment, type DeploymentRecord, restore } from '../state.ts';
import { step } from '../step.ts';
import { type Behaviour, BLOB_BYTES, factsOfRelease, near, RELEASES, type ReleaseLetter } from './releases.ts';
import { digestAt, workloadOf } from './states.ts';

/**
 * A small world around one lifecycle: a disk that survives crashes, a network and processes that do not. Every rule is checked at
 * every effect; what goes wrong, and when, is told by the trace.
 */
export type Terms = Pick<DesiredWorkload, 'window' | 'download'>;

/** Set back by an hour in the middle of the first day. */
const ZONE = { spans: [0, 36_000_000].map((fromMs, at) => ({ fromMs, offsetMs: (2 - at) * 3_600_000 })) };

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
  /** Has the triggers while `running` proves itself; `bound` is the ticket of the one that has them. */
  beside: World['running'] = null;
  bound: number | null = null;
  #passed: number | null = null;
  pending: Pending[] = [];
  nowMs = 1_000_000;
  /** How far the wall clock is from the true time. */
  skewMs = 0;
  /** What is left of the link's budget; null: no budget. */
  leftBytes: number | null = null;
  /** Are the neighbours to be asked for what the link may not carry? */
  isNear = false;
  readonly #wanted = new Set<string>();
  readonly #behaviour: Readonly<Record<ReleaseLetter, Behaviour>>;
  /** Effects that are still carried out before the power goes; null: all. */
  powerLeft: number | null = null;
  #lastTicket = 0;
  #boots = 0;

  constructor(behaviour: Readonly<Record<ReleaseLetter, Behaviour>>) {
    this.#behaviour = behaviour;
  }

  want(letter: ReleaseLetter | null, attempt: number, isRollback: boolean, terms: Terms = {}): void {
    const workload =
      letter === null ? null : workloadOf(letter, { attempt, ...terms, ...(isRollback ? { rollback: true } : {}) });
    if (workload !== null) this.#wanted.add(workload.release);
    const failedAttempt = workload === null ? null : (this.quarantine.get(workload.release) ?? null);
    this.send({ type: 'desired', workload, failedAttempt });
  }

  send(event: LifecycleEvent): void {
    const env = this.#env();
    const before = this.state;
    const { state, effects } = step(before, event, env);
    if (state !== null) hold(brokenByActivation(before, state, env));
    for (const effect of effects)
      if (state !== null && (effect.kind === 'fetchBlob' || effect.kind === 'fetchRelease'))
        hold(brokenByFetch(state, effect, env));
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
    if (next.event.type === 'moved' && !this.#move(next.event.ticket)) return;
    if (isLost && next.event.type !== 'timer') this.pending.push(next);
    else this.send(next.event);
    // No answer outlives the process that asked.
    if (isDoubled && boots === this.#boots) this.send(next.event);
  }

  reboot(): void {
    this.#boots += 1;
    this.powerLeft = null;
    this.running = null;
    [this.beside, this.bound] = [null, null];
    this.pending = [];
    this.#lastTicket = 0;
    this.state = this.record === null ? null : restore(this.record);
    if (this.state !== null) this.send({ type: 'boot' });
  }

  crashInstance(which: 'running' | 'beside' = 'running'): void {
    const { ticket } = this[which] ?? {};
    if (ticket === undefined) return;
    this[which] = null;
    this.send({ type: 'crashed', ticket, code: 'guest_error', message: 'it fell over' });
  }

  #env(): Env {
    const presentBytes = Object.fromEntries([...this.blobs].map((digest) => [digest, BLOB_BYTES]));
    return {
      nowMs: this.nowMs + this.skewMs,
      uptimeMs: this.nowMs,
      random: (this.nowMs % 997) / 997,
      device: { refused: {}, platform: 'linux/arm64', sideBySide: ['wasm'] },
      lastTicket: this.#lastTicket,
      zone: ZONE,
      link: { ...this.#link(), presentBytes, near: near(this.isNear) },
    };
  }

  #link(): LinkFacts {
    return { name: 'wwan0', isMetered: true, leftBytes: this.leftBytes, renewsAtMs: 1e10 };
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
    hold(brokenBySaving(before, this.record));
  }

  #execute(effect: OutwardEffect): void {
    switch (effect.kind) {
      case 'fetchRelease':
        this.#answer(this.#fetchRelease(effect));
        return;
      case 'fetchBlob':
        this.#answer(this.#fetchBlob(effect));
        return;
      case 'prepare':
        this.#answer(this.#prepare(effect));
        return;
      case 'start':
        this.#start(effect);
        return;
      case 'stop':
        this.running = null;
        this.beside = null;
        this.bound = null;
        return;
      case 'dismiss':
        this.#dismiss(effect.ticket);
        return;
      case 'bindTriggers':
        this.bound = this.running?.ticket === effect.ticket ? effect.ticket : this.bound;
        return;
      case 'moveTriggers':
        if (this.state !== null) hold(brokenByMove(this.state, effect, this.#passed));
        this.#answer(this.#moveTriggers(effect));
        return;
      case 'probe':
        this.#passed = null;
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
      case 'cancelChange':
        return;
    }
  }

  /** Whatever the link may not carry, no neighbour has: they are not asked again. */
  #fetchBlob({ ticket, digest, sizeBytes, terms }: OutwardOf<'fetchBlob'>): LifecycleEvent {
    const refusal = this.isNear ? refuseByLink(sizeBytes, this.#link(), terms) : null;
    this.isNear = false;
    if (refusal !== null) return { type: 'blob_failed', ticket, ...refusal, isFinal: false };
    this.blobs.add(digest);
    return { type: 'blob_fetched', ticket };
  }

  #fetchRelease({ ticket, release }: OutwardOf<'fetchRelease'>): LifecycleEvent {
    if (this.#of(release) === 'tampered')
      return { type: 'release_failed', ticket, code: 'signature_invalid', message: 'changed', isFinal: true };
    this.releases.add(release);
    return { type: 'release_fetched', ticket, facts: factsOfRelease(release) };
  }

  #prepare({ ticket, release, variantAt }: OutwardOf<'prepare'>): LifecycleEvent {
    if (this.#of(release) !== 'refused') return { type: 'prepared', ticket, runtime: 'wasm' };
    const code: ErrorCode = variantAt === 0 ? 'import_refused' : 'no_runtime';
    return { type: 'refused', ticket, code, message: 'not here' };
  }

  #start(effect: OutwardOf<'start'>): void {
    const { ticket, release } = effect;
    if (this.state === null) throw new Error('a start for an app that is gone');
    hold(brokenByStart(this.state, effect, this.#view()));
    if (this.running !== null && this.running.ticket === this.state.run.prior) this.beside = this.running;
    this.running = { release, ticket };
    this.#answer({ type: 'started', ticket });
    if (this.#of(release) === 'crashes')
      this.#answer({ type: 'crashed', ticket, code: 'guest_error', message: 'it always does' });
  }

  #probe(ticket: number): LifecycleEvent {
    const isSick = this.running?.ticket === ticket && this.#of(this.running.release) === 'sick';
    if (isSick) return { type: 'probe_failed', ticket, code: 'health_failed', message: 'sick' };
    this.#passed = ticket;
    return { type: 'probe_passed', ticket };
  }

  #moveTriggers({ ticket, release }: OutwardOf<'moveTriggers'>): LifecycleEvent {
    if (this.#of(release) !== 'unmovable') return { type: 'moved', ticket };
    return { type: 'move_failed', ticket, code: 'health_failed', message: 'not its state', isFinal: true };
  }

  /** What the shell does in one go with telling of it; not for an instance that nobody waits for any more. */
  #move(ticket: number): boolean {
    if (this.running?.ticket !== ticket || this.state?.run.status !== 'moving') return false;
    this.bound = ticket;
    this.beside = null;
    return true;
  }

  #dismiss(ticket: number): void {
    if (this.bound === ticket) this.bound = null;
    if (this.beside?.ticket === ticket) this.beside = null;
    if (this.running?.ticket !== ticket) return;
    this.running = this.beside;
    this.beside = null;
  }

  #collect(): void {
    const kept = keptDigests(this.record === null ? [] : [this.record]);
    if (kept === null) return;
    for (const digest of this.blobs) if (!kept.blobs.has(digest)) this.blobs.delete(digest);
    for (const digest of this.releases) if (!kept.releases.has(digest)) this.releases.delete(digest);
    if (this.record !== null) hold(brokenByCollection(this.record, this));
  }

  #view() {
    const { releases, blobs, quarantine } = this;
    return { releases, blobs, quarantine, wanted: this.#wanted, running: this.running?.release ?? null };
  }

  #answer(event: LifecycleEvent): void {
    this.pending.push({ event, dueMs: this.nowMs + 1 });
  }

  #of(release: string): Behaviour {
    const letter = RELEASES.find((candidate) => digestAt(candidate) === release);
    return letter === undefined ? 'good' : this.#behaviour[letter];
  }
}

function hold(broken: readonly BrokenRule[]): void {
  for (const { rule, message } of broken) throw new Error(`broken: ${rule}: ${message}`);
}
