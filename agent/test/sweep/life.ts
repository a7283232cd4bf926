import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Logger } from '../../src/logs/logger.ts';
import { FakeRuntime } from '../../src/runtimes/fake/runtime.ts';
import { startAgent } from '../../src/shell/agent.ts';
import type { Clock } from '../../src/shell/clock.ts';
import { parseConfig } from '../../src/shell/config.ts';
import { createEffects, type Effects } from '../../src/shell/effects.ts';
import { expectOk } from '../../src/shell/expect-ok.ts';
import { APP } from '../agent-world.ts';
import { until } from '../until.ts';

/** One life of the real agent in this process, over a real folder; its runtime is the fake one. */
export interface LifeOptions {
  readonly folder: string;
  readonly runtimes?: readonly FakeRuntime[];
  readonly script?: (runtime: FakeRuntime) => void;
  readonly clock?: Clock;
  /** Called just before each effect, with its number: the disk is then as a crash at it leaves it. */
  readonly onEffect?: (begun: number, name: string) => void;
  readonly onEffectDone?: (begun: number, name: string) => void;
  readonly config?: object;
  /** Without it nothing fails. */
  readonly effects?: Effects;
  readonly log?: Logger;
}

export interface Life {
  readonly effects: Effects;
  readonly runtime: FakeRuntime;
  /** Versions in the order in which they were started. */
  started(): readonly string[];
  running(): string | null;
  /** How many events of this name it has written to its outbox. */
  told(name: string): number;
  stop(): Promise<void>;
}

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const CONFIG = { dockerSocket: false, runnerPool: 0 };

export async function beginLife(options: LifeOptions): Promise<Life> {
  const runtime = options.runtimes?.[0] ?? new FakeRuntime();
  options.script?.(runtime);
  const plain = options.effects ?? createEffects();
  const effects: Effects = {
    count: () => plain.count(),
    steps: () => plain.steps(),
    run(name, action) {
      const begun = plain.count() + 1;
      options.onEffect?.(begun, name);
      try {
        return plain.run(name, action);
      } finally {
        options.onEffectDone?.(begun, name);
      }
    },
  };
  const agent = await startAgent({
    folder: options.folder,
    config: expectOk(parseConfig(JSON.stringify({ ...CONFIG, ...options.config }), 'test')),
    effects,
    log: options.log ?? silent,
    makeRuntimes: () => options.runtimes ?? [runtime],
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  });
  return {
    effects,
    runtime,
    started: () => runtime.instances.map(({ spec }) => spec.release.version),
    running: () => runtime.running(APP)[0]?.spec.release.version ?? null,
    told: (name) => countEvents(options.folder, name),
    stop: () => agent.stop(),
  };
}

function countEvents(folder: string, name: string): number {
  const db = new Database(join(folder, 'state.db'), { readonly: true });
  try {
    const count = db.prepare<[string], { n: number }>(
      "SELECT count(*) AS n FROM outbox WHERE entry ->> '$.body.name' = ?",
    );
    return count.get(name)?.n ?? 0;
  } finally {
    db.close();
  }
}

/** Lives until the condition holds, and stops. */
export async function liveUntil(
  options: LifeOptions,
  what: string,
  isSo: (life: Life) => boolean,
  timeoutMs = 60_000,
): Promise<Life> {
  const life = await beginLife(options);
  try {
    await until(what, () => isSo(life), timeoutMs);
  } finally {
    await life.stop();
  }
  return life;
}

export function dispose(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
