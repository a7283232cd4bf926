import type { Problem } from '@wherry/protocol';
import { variantFacts } from '../../core/fit.ts';
import { refuseByPolicy } from '../../core/policy.ts';
import type { Runtime, WorkloadSpec } from '../../runtimes/port.ts';
import { makeSpec } from '../workload-spec.ts';
import type { ExecutorContext } from './context.ts';

/** What preparing and starting have in common: from a digest to a spec whose release is verified and whose blob was read again. */
export type Runnable =
  | { readonly ok: true; readonly runtime: Runtime; readonly spec: WorkloadSpec }
  | ({ readonly ok: false } & Problem);

export interface Choice {
  readonly release: string;
  readonly version: string;
  readonly variantAt: number;
  readonly config: Readonly<Record<string, string>>;
}

export async function makeRunnable(
  app: string,
  choice: Choice,
  context: ExecutorContext,
  signal: AbortSignal,
): Promise<Runnable> {
  const { release: digest, version, variantAt } = choice;
  const fetched = await context.releases.fetch({ app, version, digest }, signal);
  if (!fetched.ok) return { ok: false, code: fetched.code, message: fetched.message };
  const { release } = fetched;
  const variant = release.variants[variantAt];
  if (variant === undefined) return { ok: false, code: 'internal', message: `the release has no variant ${variantAt}` };
  const denied = refuseByPolicy(release, context.policy);
  if (denied !== null) return { ok: false, ...denied };
  const runtime = await findRuntime(variant.kind, context);
  if (runtime === null) {
    const refused = context.device.fit().refused[variant.kind];
    return { ok: false, ...(refused ?? { code: 'no_runtime', message: `nothing runs ${variant.kind} variants here` }) };
  }
  const { artifact } = variantFacts(variant);
  if (artifact !== null) {
    // The file was verified when it came; storage may have decayed since. What is missing or damaged is fetched again.
    const problem = await context.download(artifact, signal);
    if (problem !== null) return { ok: false, code: problem.code, message: problem.message };
  }
  return { ok: true, runtime, spec: makeSpec(release, digest, variant, choice.config, context.store) };
}

/** A container engine may have come up after the agent. */
async function findRuntime(
  kind: WorkloadSpec['variant']['kind'],
  { device }: ExecutorContext,
): Promise<Runtime | null> {
  const found = device.runtimeFor(kind);
  if (found !== null) return found;
  await device.refresh();
  return device.runtimeFor(kind);
}
