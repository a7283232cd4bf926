import { VARIANT_KINDS, type VariantKind } from '@wherry/protocol';
import type { DeviceFit } from '../core/fit.ts';
import type { Policy } from '../core/policy.ts';
import type { Runtime, RuntimeIdentity } from '../runtimes/port.ts';
import type { Effects } from './effects.ts';
import { firstProblem } from './workload-spec.ts';

/** Which runtimes answer on this device; asked at start and before each deployment. */
export interface Device {
  fit(): DeviceFit;
  /** The first runtime of the kind that answered. */
  runtimeFor(kind: VariantKind): Runtime | null;
  /** Kinds with a runtime that answered. */
  kinds(): readonly VariantKind[];
  answering(): readonly AnsweringRuntime[];
  refresh(): Promise<void>;
}

type AnsweringRuntime = RuntimeIdentity & { readonly name: string };

export function createDevice(
  runtimes: readonly Runtime[],
  policy: Policy,
  kind: Pick<DeviceFit, 'platform' | 'target'>,
  effects: Effects,
): Device {
  let answering: { readonly runtime: Runtime; readonly identity: RuntimeIdentity }[] = [];
  let fit: DeviceFit = { refused: {}, ...kind };

  async function refresh(): Promise<void> {
    const reasons = new Map<VariantKind, string>();
    const found: typeof answering = [];
    for (const runtime of runtimes) {
      const probed = await effects.run('runtime.probe', () => runtime.probe());
      if (probed.ok) found.push({ runtime, identity: probed.value });
      else reasons.set(runtime.kind, firstProblem(probed.problems).message);
    }
    answering = found;
    fit = {
      ...kind,
      refused: Object.fromEntries(VARIANT_KINDS.flatMap((kind) => refusal(kind, reasons.get(kind)))),
      sideBySide: VARIANT_KINDS.filter((kind) => runtimeFor(kind)?.features.sideBySide === true),
    };
  }

  function runtimeFor(kind: VariantKind): Runtime | null {
    return answering.find(({ runtime }) => runtime.kind === kind)?.runtime ?? null;
  }

  function refusal(kind: VariantKind, reason: string | undefined) {
    if (!isAllowed(kind, policy))
      return [[kind, { code: 'capability_denied', message: `the policy of this device allows no ${kind} variants` }]];
    if (answering.some(({ runtime }) => runtime.kind === kind)) return [];
    return [[kind, { code: 'no_runtime', message: reason ?? `no runtime for ${kind} variants on this device` }]];
  }

  return {
    fit: () => fit,
    runtimeFor,
    kinds: () => [...new Set(answering.map(({ runtime }) => runtime.kind))],
    answering: () => answering.map(({ runtime, identity }) => ({ name: runtime.name, ...identity })),
    refresh,
  };
}

function isAllowed(kind: VariantKind, policy: Policy): boolean {
  if (kind === 'agent') return policy.allowAgentUpdates !== false;
  return kind === 'container' ? policy.allowContainers : policy.allowWasm;
}

const OCI_ARCH: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64', arm: 'arm/v7', ia32: '386' };

/** This machine's platform as OCI writes it. */
export function ownPlatform(arch: string = process.arch): string {
  return `linux/${OCI_ARCH[arch] ?? arch}`;
}
