import type { Outcome, Problem } from '../errors.ts';
import { succeed } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { checkComponentSecrets } from './component-secrets.ts';
import { checkConcurrency } from './concurrency.ts';
import { explainIssue, type Locate, problemAt } from './explain.ts';
import {
  type AgentVariant,
  type Capabilities,
  type GuestLimits,
  type HealthPolicy,
  type Release,
  type Trigger,
  type WasmAbi,
  whyNotAgent,
} from './release.ts';
import { type ManifestSource, manifestSource } from './source.ts';

/** A manifest in base units, its artifacts still files beside it; resolve.ts makes a release of it. */
export interface Manifest {
  readonly app: Release['app'];
  readonly version: Release['version'];
  readonly notes?: string;
  readonly variants: readonly ManifestVariant[];
  readonly triggers: readonly Trigger[];
  readonly capabilities: Capabilities;
  readonly limits: GuestLimits;
  readonly health: HealthPolicy;
  readonly config: Release['config'];
  readonly minIsolation?: NonNullable<Release['minIsolation']>;
  readonly idle?: NonNullable<Release['idle']>;
  readonly swap?: NonNullable<Release['swap']>;
}

export type ManifestVariant =
  | ({ readonly kind: 'wasm'; readonly abi: WasmAbi } & (
      | { readonly modulePath: string; readonly image?: string }
      /** Still in its registry. */
      | { readonly modulePath?: undefined; readonly image: string }
    ))
  | { readonly kind: 'agent'; readonly target: AgentVariant['target']; readonly archivePath: string }
  | ({
      readonly kind: 'container';
      readonly platforms: readonly string[];
      readonly command?: readonly string[];
      readonly network?: 'open';
    } & ({ readonly image: string } | { readonly archivePath: string }));

/** What was read from a file: a plain value, and where each path of it stands in the text. */
export interface ManifestDocument {
  readonly value: unknown;
  readonly locate?: Locate;
}

/** Codes: invalid_manifest, invalid_quantity; each problem with its path, and its line and column when they are known. */
export function parseManifest(document: ManifestDocument): Outcome<Manifest> {
  const locate = document.locate ?? (() => undefined);
  const parsed = manifestSource.safeParse(document.value);
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap((issue) =>
      explainIssue(issue, manifestSource, document.value, locate),
    );
    return { ok: false, problems };
  }
  const source = parsed.data;
  const problems = [...checkConfig(source, locate), ...checkTriggers(source, locate)];
  const manifest = manifestOf(source);
  problems.push(...checkConcurrency(manifest, locate), ...checkComponentSecrets(manifest, locate));
  const misplaced = whyNotAgent(manifest.app, manifest.variants);
  if (misplaced !== null) problems.push(problemAt(['variants'], misplaced, locate));
  return problems.length > 0 ? { ok: false, problems } : succeed(manifest);
}

function manifestOf(source: ManifestSource): Manifest {
  const { limits, health, capabilities } = source;
  return {
    app: source.app,
    version: source.version,
    ...(source.notes === undefined ? {} : { notes: source.notes }),
    variants: source.variants.map(variantOf),
    triggers: source.triggers.map(triggerOf),
    capabilities: {
      ...(capabilities.mqtt && { mqtt: capabilities.mqtt }),
      ...(capabilities.http && { http: capabilities.http }),
      ...(capabilities.kv === undefined ? {} : { kv: capabilities.kv }),
      ...(capabilities.env && { env: capabilities.env }),
      ...(capabilities.data === undefined ? {} : { dataBytes: capabilities.data }),
      ...(capabilities.gpio && { gpio: capabilities.gpio }),
      ...(capabilities.i2c && { i2c: capabilities.i2c }),
      ...(capabilities.serial && { serial: capabilities.serial }),
      ...(capabilities.secrets && { secrets: capabilities.secrets }),
      ...(capabilities.features && { features: capabilities.features }),
    },
    limits: limitsOf(limits),
    health: {
      afterMs: health.after,
      everyMs: health.every,
      failures: health.failures,
      soakMs: health.soak,
      ...(health.http && { http: health.http }),
    },
    config: Object.fromEntries(
      Object.entries(source.config).map(([key, field]) => [
        key,
        { ...field, ...(field.default === undefined ? {} : { default: String(field.default) }) },
      ]),
    ) as Release['config'],
    ...(source.isolation && { minIsolation: source.isolation }),
    ...(source.idle && { idle: source.idle }),
    ...(source.swap && { swap: source.swap }),
  };
}

function limitsOf({ memory, cpu, wall, cpuTime, fuel, hostCalls }: ManifestSource['limits']): GuestLimits {
  return {
    memoryBytes: memory,
    cpuShare: cpu,
    wallMs: wall,
    ...(cpuTime === undefined ? {} : { cpuTimeMs: cpuTime }),
    ...(fuel === undefined ? {} : { fuel }),
    ...(hostCalls === undefined ? {} : { hostCallsPerSecond: hostCalls }),
  };
}

function variantOf({ wasm, container, agent }: ManifestSource['variants'][number]): ManifestVariant {
  if (agent) return { kind: 'agent', target: agent.target, archivePath: agent.archive };
  if (wasm) {
    const { abi, module, image } = wasm;
    return module === undefined
      ? { kind: 'wasm', abi, image: image as string }
      : { kind: 'wasm', abi, modulePath: module };
  }
  if (!container) throw new TypeError('the schema lets a variant be wasm, container or agent only');
  const { image, archive, platforms, command, network } = container;
  const base = { kind: 'container' as const, platforms, ...(command && { command }), ...(network && { network }) };
  return image === undefined ? { ...base, archivePath: archive as string } : { ...base, image };
}

function triggerOf({ cron, mqtt, http }: ManifestSource['triggers'][number]): Trigger {
  if (cron) return { on: 'cron', ...cron };
  if (mqtt) return { on: 'mqtt', filter: mqtt.topic, ...(mqtt.from === 'fleet' && { from: mqtt.from }) };
  if (http) {
    const { path, methods, timeout, concurrency } = http;
    return {
      on: 'http',
      path,
      methods,
      ...(timeout === undefined ? {} : { timeoutMs: timeout }),
      ...(concurrency > 1 && { concurrency }),
    };
  }
  return { on: 'start' };
}

function checkConfig(source: ManifestSource, locate: Locate): Problem[] {
  const problems: Problem[] = [];
  const keys = Object.keys(source.config);
  if (keys.length > LIMITS.configKeys)
    problems.push(problemAt(['config'], `the most is ${LIMITS.configKeys} keys`, locate));
  for (const [key, field] of Object.entries(source.config)) {
    if (field.default === undefined || fits(field.default, field.type)) continue;
    problems.push(problemAt(['config', key, 'default'], `write a default of type ${field.type}`, locate));
  }
  for (const [i, key] of (source.capabilities.env ?? []).entries()) {
    if (keys.includes(key)) continue;
    problems.push(problemAt(['capabilities', 'env', i], `declare ${key} under config first`, locate));
  }
  for (const name of Object.keys(source.capabilities.secrets ?? {})) {
    if (!keys.includes(name)) continue;
    problems.push(
      problemAt(['capabilities', 'secrets', name], 'config has this name: call one of the two otherwise', locate),
    );
  }
  return problems;
}

function fits(value: unknown, type: 'string' | 'number' | 'boolean'): boolean {
  if (type === 'string') return typeof value === 'string' && value.length <= LIMITS.configValueBytes;
  if (type === 'number') return typeof value === 'number' && Number.isFinite(value);
  return typeof value === 'boolean';
}

function checkTriggers(source: ManifestSource, locate: Locate): Problem[] {
  const seen = new Map<string, number>();
  const problems: Problem[] = [];
  for (const [i, trigger] of source.triggers.entries()) {
    const text = trigger.http ? `http ${trigger.http.path}` : JSON.stringify(trigger);
    const first = seen.get(text);
    if (first !== undefined)
      problems.push(problemAt(['triggers', i], `it repeats triggers[${first}]: leave one out`, locate));
    else seen.set(text, i);
  }
  return problems;
}
