import type { DesiredState, Envelope, ErrorCode, Outcome, Problem } from '@wherry/protocol';
import { plan } from '../core/plan/plan.ts';
import type { Logger } from '../logs/logger.ts';
import type { Store } from '../store/store.ts';
import type { DirectorKeys } from '../trust/judge-release.ts';
import { digestOf } from '../trust/payload.ts';
import { openDesired, verifyDesired } from '../trust/verify-desired.ts';
import type { Clock } from './clock.ts';
import type { Loop } from './loop.ts';
import type { Reporter } from './reporter.ts';
import { firstProblem } from './workload-spec.ts';

/**
 * From an envelope that came from wherever to events for the lifecycles. The generation is stored before anything is done about it,
 * so that no counter is ever behind what relied on it (rule A3).
 */
export interface Intake {
  receive(sealed: Envelope): void;
  /** What it says now is final. */
  receiveAgain(sealed: Envelope): void;
  /** After a start: goes on with what was accepted, also where the database was lost. */
  resume(): void;
  generation(): number;
  stop(): void;
}

export interface IntakeOptions {
  readonly tenant: string;
  readonly device: string;
  /** Who signs desired states, by the newest root. */
  readonly director: () => Outcome<DirectorKeys>;
  /** Its signer is not known: asked about once, and then handed to `receiveAgain`. */
  readonly onStranger: (sealed: Envelope) => void;
  readonly store: Store;
  readonly loop: () => Loop;
  readonly reporter: () => Reporter;
  readonly clock: Clock;
  readonly onAccepted: (state: DesiredState) => void;
  /** Set while nothing can be remembered: why no desired state is taken. */
  readonly frozen?: Problem | null;
  readonly log: Logger;
}

/** A newer root may name who signed. */
const ABOUT_SIGNER: ReadonlySet<ErrorCode> = new Set(['key_unknown', 'signature_invalid', 'metadata_malformed']);

/** When a desired state cannot be stored (a full disk, say), it is taken up again after this. */
const STORE_AGAIN_MS = 5_000;

export function createIntake(options: IntakeOptions): Intake {
  const { store, tenant, device, log } = options;
  const { ledger } = store;
  let generation = ledger.desired()?.generation ?? 0;
  let again: NodeJS.Timeout | undefined;

  function receive(sealed: Envelope, isKnownStranger = false): void {
    try {
      judge(sealed, isKnownStranger);
    } catch (error) {
      // Nothing was accepted, and the link will not hand over again what has not changed.
      log.error({ err: error }, 'store a desired state: tried again soon');
      clearTimeout(again);
      again = setTimeout(() => receive(sealed), STORE_AGAIN_MS).unref();
    }
  }

  function judge(sealed: Envelope, isKnownStranger: boolean): void {
    const signedTimeMs = Number(ledger.meta('signedTimeMs') ?? 0);
    const nowMs = Math.max(signedTimeMs, options.clock.nowMs());
    const director = options.director();
    const verified = director.ok
      ? verifyDesired(sealed, { director: director.value, tenant, device, accepted: ledger.desired(), nowMs })
      : director;
    if (!verified.ok) {
      const problem = firstProblem(verified.problems);
      if (ABOUT_SIGNER.has(problem.code) && !isKnownStranger) options.onStranger(sealed);
      else tellRefusal(sealed, problem);
    } else if (verified.value.isNew && options.frozen) tellRefusal(sealed, options.frozen);
    else if (verified.value.isNew) accept(sealed, verified.value.state, verified.value.digest, signedTimeMs);
  }

  function accept(sealed: Envelope, state: DesiredState, digest: string, signedTimeMs: number): void {
    store.transaction('desired', () => {
      ledger.setDesired({ generation: state.generation, digest, envelope: sealed });
      ledger.setMeta('signedTimeMs', String(Math.max(signedTimeMs, state.issuedAtMs)));
    });
    generation = state.generation;
    keepCopy(sealed);
    log.info({ generation, workloads: state.workloads.length }, 'accepted a desired state');
    apply(state);
  }

  function keepCopy(sealed: Envelope): void {
    try {
      store.copyDesired(sealed);
    } catch (error) {
      // The database has it; the copy is for the day when the database is lost.
      log.error({ err: error }, 'copy the desired state');
    }
  }

  function apply(state: DesiredState): void {
    options.onAccepted(state);
    const loop = options.loop();
    const known = new Map([...loop.states()].map(([app, { record }]) => [app, record.target.workload]));
    const { change, remove } = plan(state.workloads, known);
    for (const app of remove) loop.dispatch(app, { type: 'desired', workload: null, failedAttempt: null });
    for (const workload of change)
      loop.dispatch(workload.app, {
        type: 'desired',
        workload,
        failedAttempt: ledger.failedAttempt(workload.release),
      });
    options.reporter().appendGeneration();
  }

  /** Once for each document and reason, however often a broker repeats it. */
  function tellRefusal(sealed: Envelope, problem: Problem): void {
    const key = `${problem.code} ${digestOf(Buffer.from(sealed.payload))}`;
    log.warn({ code: problem.code }, `refused a desired state: ${problem.message}`);
    if (ledger.meta('refusedDesired') === key) return;
    store.transaction('refusal', () => {
      ledger.setMeta('refusedDesired', key);
      options.reporter().appendEvent(null, {
        severity: 'warning',
        name: 'desired_refused',
        message: `${problem.code}: ${problem.message}`,
      });
      // A control plane that was restored from an older copy learns here how far this device is (rule A3).
      if (problem.code === 'generation_lower' || problem.code === 'conflict')
        options.reporter().repeatGeneration(problem.code === 'conflict');
    });
  }

  /** The database may have been lost, or its last commits with it; the copy may be one step behind. */
  function newestStored() {
    const director = options.director();
    if (!director.ok) return null;
    const stored = [ledger.desired()?.envelope ?? null, store.desiredCopy()].flatMap((sealed) => {
      if (sealed === null) return [];
      const opened = openDesired(sealed, { director: director.value, tenant, device });
      if (opened.ok) return [{ sealed, ...opened.value }];
      log.error({ problem: opened.problems[0] }, 'a stored desired state does not verify: it is ignored');
      return [];
    });
    return stored.reduce<(typeof stored)[number] | null>(
      (newest, next) => (newest === null || next.state.generation > newest.state.generation ? next : newest),
      null,
    );
  }

  return {
    receive: (sealed) => receive(sealed),
    receiveAgain: (sealed) => receive(sealed, true),
    resume() {
      const newest = newestStored();
      if (newest === null) return;
      const { sealed, state, digest } = newest;
      if (digest !== ledger.desired()?.digest)
        store.transaction('desired', () => {
          ledger.setDesired({ generation: state.generation, digest, envelope: sealed });
          ledger.setMeta('signedTimeMs', String(Math.max(Number(ledger.meta('signedTimeMs') ?? 0), state.issuedAtMs)));
        });
      generation = state.generation;
      // A crash came between the two: a copy that stays behind would take the generation down when the database is lost (rule A3).
      if (JSON.stringify(store.desiredCopy()) !== JSON.stringify(sealed)) keepCopy(sealed);
      apply(state);
    },
    generation: () => generation,
    stop: () => clearTimeout(again),
  };
}
