import { type Outcome, type Problem, refuse, succeed, type VariantKind } from '@wherry/protocol';
import type { CallOutcome, ExitReason, HostServices, Instance, Runtime, TriggerEvent, WorkloadSpec } from '../port.ts';

/**
 * A runtime without processes, for tests of what decides when things run. What it does is a script, looked up by release digest,
 * version or app (in this order), and read anew at each step, so that a test may change it while something runs.
 */
export interface FakeScript {
  /** Refusal of `prepare`, and so of `start`. */
  readonly refusal?: Problem;
  /** `start` fails. */
  readonly failsToStart?: boolean;
  /** Probes fail with this sentence. */
  readonly unhealthy?: string;
  /** Every call ends so. */
  readonly call?: (event: TriggerEvent, host: HostServices) => CallOutcome | Promise<CallOutcome>;
}

export interface FakeOptions {
  readonly kind?: VariantKind;
  readonly isMissing?: boolean;
}

export class FakeRuntime implements Runtime {
  readonly name = 'fake';
  readonly kind: VariantKind;
  readonly features: Runtime['features'] = {
    triggers: new Set(['start', 'cron', 'mqtt', 'http']),
    isolation: 'shared',
    sideBySide: true,
  };
  readonly scripts = new Map<string, FakeScript>();
  /** Everything that runs or ran, in order of start. */
  readonly instances: FakeInstance[] = [];
  cleanUps = 0;
  /** An engine comes and goes. */
  isMissing: boolean;

  constructor({ kind = 'wasm', isMissing = false }: FakeOptions = {}) {
    this.kind = kind;
    this.isMissing = isMissing;
  }

  async probe(): Promise<Outcome<{ readonly version: string }>> {
    return this.isMissing ? refuse('no_runtime', 'the fake runtime is missing') : succeed({ version: '1' });
  }

  async prepare(spec: WorkloadSpec): Promise<Outcome<void>> {
    if (spec.variant.kind !== this.kind) return refuse('no_runtime', `the fake runtime runs no ${spec.variant.kind}`);
    const { refusal } = this.#scriptFor(spec);
    return refusal === undefined ? succeed(undefined) : { ok: false, problems: [refusal] };
  }

  async start(spec: WorkloadSpec, host: HostServices): Promise<Outcome<Instance>> {
    const prepared = await this.prepare(spec);
    if (!prepared.ok) return prepared;
    if (this.#scriptFor(spec).failsToStart === true)
      return refuse('start_failed', `${spec.app} is scripted not to start`);
    const instance = new FakeInstance(spec, host, () => this.#scriptFor(spec));
    this.instances.push(instance);
    return succeed(instance);
  }

  async cleanUp(): Promise<void> {
    this.cleanUps += 1;
  }

  /** The instances of an app that run now. */
  running(app: string): FakeInstance[] {
    return this.instances.filter((instance) => instance.spec.app === app && !instance.hasExited);
  }

  #scriptFor({ releaseDigest, release, app }: WorkloadSpec): FakeScript {
    const keys = [releaseDigest, `${app}@${release.version}`, app];
    return keys.map((key) => this.scripts.get(key)).find((script) => script !== undefined) ?? {};
  }
}

export class FakeInstance implements Instance {
  readonly spec: WorkloadSpec;
  readonly exited: Promise<ExitReason>;
  readonly calls: TriggerEvent[] = [];
  hasExited = false;
  readonly #host: HostServices;
  readonly #script: () => FakeScript;
  readonly #exit: (reason: ExitReason) => void;
  #errors = 0;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(spec: WorkloadSpec, host: HostServices, script: () => FakeScript) {
    this.spec = spec;
    this.#host = host;
    this.#script = script;
    const { promise, resolve } = Promise.withResolvers<ExitReason>();
    this.exited = promise;
    this.#exit = resolve;
  }

  /** Ends it as a test wants. */
  end(reason: ExitReason): void {
    this.hasExited = true;
    this.#exit(reason);
  }

  call(event: TriggerEvent): Promise<CallOutcome> {
    const outcome = this.#tail.then(() => this.#run(event));
    this.#tail = outcome;
    return outcome;
  }

  async probe(): Promise<Outcome<void>> {
    if (this.hasExited) return refuse('health_failed', `${this.spec.app} is not running`);
    const { unhealthy } = this.#script();
    return unhealthy === undefined ? succeed(undefined) : refuse('health_failed', unhealthy);
  }

  async usage() {
    const { length } = this.calls;
    const source = 'proc' as const;
    return {
      source,
      isolation: 'shared' as const,
      cpuMs: length,
      memoryBytes: 0,
      calls: length,
      errors: this.#errors,
      limitsHit: 0,
    };
  }

  async settled(): Promise<boolean> {
    await this.#tail;
    return true;
  }

  async stop(_graceMs: number): Promise<void> {
    this.end({ kind: 'stopped' });
  }

  async #run(event: TriggerEvent): Promise<CallOutcome> {
    if (this.hasExited) return refuse('unavailable', `${this.spec.app} is not running`);
    this.calls.push(event);
    const outcome = (await this.#script().call?.(event, this.#host)) ?? defaultOutcome(event);
    if (!outcome.ok) this.#errors += 1;
    return outcome;
  }
}

function defaultOutcome(event: TriggerEvent): CallOutcome {
  if (event.on !== 'http') return succeed({});
  return succeed({ answer: { status: 200, headers: {}, body: new Uint8Array(0) } });
}
