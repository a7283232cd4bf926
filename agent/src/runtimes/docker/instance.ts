import { type ErrorCode, type HealthPolicy, type Outcome, refuse } from '@wherry/protocol';
import type { CallOutcome, ExitReason, Instance, InstanceUsage, TriggerEvent } from '../port.ts';
import { type EngineClient, refuseBecause } from './client.ts';
import { dataSize } from './data-size.ts';
import { eventLine } from './event-line.ts';
import { readKernelStats } from './kernel-stats.ts';
import { DOCKER_LIMITS } from './limits.ts';
import { judgeState, probeHttp, publishedPort } from './probe.ts';
import { type EngineStats, usageFromStats } from './stats.ts';
import type { ContainerStreams } from './streams.ts';
import { watchContainer } from './watch.ts';

/** What a container may keep in its /data. */
export interface DataGrant {
  readonly path: string;
  readonly limitBytes: number;
}

/** One started container. It is removed from the engine once it has ended and its last lines were read. */
export class ContainerInstance implements Instance {
  readonly exited: Promise<ExitReason>;
  readonly #client: EngineClient;
  readonly #id: string;
  readonly #health: HealthPolicy;
  readonly #stopSignal: string;
  readonly #streams: ContainerStreams;
  readonly #data: DataGrant | null;
  #calls = 0;
  #errors = 0;
  #wasStopped = false;
  #hasEnded = false;
  /** Why the agent ended it without being asked to. */
  #cause: ExitReason | null = null;
  /** Of its first process; 0 until the engine has told it. */
  #pid = 0;
  #measured: InstanceUsage = usageFromStats({}, 0);

  constructor(started: {
    readonly client: EngineClient;
    readonly id: string;
    readonly health: HealthPolicy;
    readonly stopSignal: string;
    readonly streams: ContainerStreams;
    /** Null for a container without /data. */
    readonly data: DataGrant | null;
    readonly onGone: () => void;
  }) {
    this.#client = started.client;
    this.#id = started.id;
    this.#health = started.health;
    this.#stopSignal = started.stopSignal;
    this.#streams = started.streams;
    this.#data = started.data;
    this.exited = this.#watch(started.onGone);
  }

  /** An event counts as taken once it is on its way into the container: what a container makes of it shows in its health. */
  async call(event: TriggerEvent): Promise<CallOutcome> {
    if (this.#hasEnded) return refuse('unavailable', 'the container has ended');
    // Its start is the container's whole run.
    if (event.on === 'start') return { ok: true, value: {} };
    this.#calls += 1;
    const line = eventLine(event);
    if (line !== null && this.#streams.write(line)) return { ok: true, value: {} };
    this.#errors += 1;
    if (line === null) return refuse('feature_refused', `a container takes no ${event.on} triggers`);
    return refuse('guest_error', 'the container does not read its standard input, where events arrive');
  }

  async probe(): Promise<Outcome<void>> {
    if (this.#hasEnded) return refuse('health_failed', 'the container has ended');
    if (this.#data !== null && (await this.#isOverfull(this.#data)))
      return refuse('health_failed', 'the container keeps more in /data than it may');
    try {
      const info = await this.#client.quick.getContainer(this.#id).inspect();
      this.#pid = info.State.Pid;
      const state = judgeState(info.State);
      const { http } = this.#health;
      if (!state.ok || http?.port === undefined) return state;
      const port = publishedPort(info, http.port);
      if (port === undefined) return refuse('health_failed', `the engine did not publish port ${http.port}`);
      return await probeHttp(port, http.path);
    } catch (error) {
      return refuseBecause(this.#client, error, 'health_failed', 'ask the engine about the container');
    }
  }

  async usage(): Promise<InstanceUsage> {
    if (!this.#hasEnded) await this.#measure();
    const memoryBytes = this.#hasEnded ? 0 : this.#measured.memoryBytes;
    return { ...this.#measured, memoryBytes, calls: this.#calls, errors: this.#errors };
  }

  async stop(graceMs: number): Promise<void> {
    if (this.#hasEnded) return;
    this.#wasStopped = true;
    await this.#end(graceMs);
  }

  async #watch(onGone: () => void): Promise<ExitReason> {
    const seen = await watchContainer(this.#client, this.#id, {
      wasStopped: () => this.#wasStopped,
      onReturn: () => this.#goOn(),
    });
    const reason = seen.kind === 'stopped' ? seen : (this.#cause ?? seen);
    this.#hasEnded = true;
    if (reason.kind === 'crashed' && hitsLimit(reason.code)) {
      const limitsHit = this.#measured.limitsHit + 1;
      const name = reason.code === 'disk_full' ? 'disk' : 'memory';
      this.#measured = { ...this.#measured, limitsHit, limits: { [name]: limitsHit } };
    }
    await within(this.#streams.drained(), DOCKER_LIMITS.logDrainMs);
    this.#streams.close();
    await this.#client.quick
      .getContainer(this.#id)
      .remove({ force: true, v: true })
      // Left for cleanUp when the engine is away.
      .catch(() => undefined);
    onGone();
    return reason;
  }

  /** The engine is back, and has left the container running. */
  #goOn(): void {
    if (this.#streams.takeUp() || this.#wasStopped) return;
    this.#cause ??= DEAF;
    void this.#end(DOCKER_LIMITS.killMs);
  }

  /** Ends a container that keeps too much, so that it cannot fill the disk of the device. */
  async #isOverfull({ path, limitBytes }: DataGrant): Promise<boolean> {
    const usedBytes = await dataSize(path);
    if (usedBytes !== null && usedBytes <= limitBytes) return false;
    const found = usedBytes === null ? 'more than can be counted' : `${usedBytes} bytes`;
    this.#cause = {
      kind: 'crashed',
      code: 'disk_full',
      message: `the container keeps ${found} in /data, and may keep ${limitBytes}: raise capabilities.data, or let it keep less`,
      ...(usedBytes === null ? {} : { limit: { limit: 'disk', limitBytes, usedBytes } }),
    };
    await this.#signal('SIGKILL');
    return true;
  }

  async #measure(): Promise<void> {
    const stats = (this.#pid === 0 ? null : readKernelStats(this.#pid, this.#id)) ?? (await this.#askEngine());
    const usage = usageFromStats(stats, this.#measured.limitsHit);
    // A container that ends while it is asked, or an engine that does not answer, must not make a total go back.
    if (usage.cpuMs >= this.#measured.cpuMs) this.#measured = usage;
  }

  async #askEngine(): Promise<EngineStats> {
    const once = { stream: false, 'one-shot': true } as const;
    const stats = await this.#client.quick
      .getContainer(this.#id)
      .stats(once)
      .catch(() => undefined);
    return (stats ?? {}) as EngineStats;
  }

  async #signal(signal: string): Promise<void> {
    await this.#client.quick
      .getContainer(this.#id)
      .kill({ signal })
      // It has ended by itself, or the engine is away: `exited` tells which.
      .catch(() => undefined);
  }

  async #end(graceMs: number): Promise<void> {
    if (graceMs > 0) {
      await this.#signal(this.#stopSignal);
      if (await this.#endsWithin(graceMs)) return;
    }
    await this.#signal('SIGKILL');
    await this.#endsWithin(DOCKER_LIMITS.killMs);
  }

  #endsWithin(limitMs: number): Promise<boolean> {
    return within(this.exited, limitMs);
  }
}

const DEAF: ExitReason = {
  kind: 'crashed',
  code: 'no_runtime',
  message: 'the engine was restarted and left the container running without its standard input, where events arrive',
};

function hitsLimit(code: ErrorCode): boolean {
  return code === 'memory_limit' || code === 'wall_limit' || code === 'disk_full';
}

async function within(promise: Promise<unknown>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs);
  });
  return Promise.race([promise.then(() => true), late]).finally(() => clearTimeout(timer));
}
