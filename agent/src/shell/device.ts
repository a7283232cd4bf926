import type { VariantKind } from '@wherry/protocol';
import type { DeviceFit } from '../core/fit.ts';
import type { Policy } from '../core/policy.ts';
import type { Runtime } from '../runtimes/port.ts';
import type { Effects } from './effects.ts';
import { firstProblem } from './workload-spec.ts';

/** Which runtimes answer on this device; asked at start and before each deployment. */
export interface Device {
  fit(): DeviceFit;
  /** The first runtime of the kind that answered. */
  runtimeFor(kind: VariantKind): Runtime | null;
  /** Kinds with a runtime that answered. */
  kinds(): readonly VariantKind[];
  answering(): readonly { readonly name: string; readonly version: string }[];
  refresh(): Promise<void>;
}

const KINDS: readonly VariantKind[] = ['wasm', 'container'];

export function createDevice(runtimes: readonly Runtime[], policy: Policy, platform: string, effects: Effects): Device {
  let answering: { readonly runtime: Runtime; readonly version: string }[] = [];
  let fit: DeviceFit = { refused: {}, platform };

  async function refresh(): Promise<void> {
    const reasons = new Map<VariantKind, string>();
    const found: typeof answering = [];
    for (const runtime of runtimes) {
      const probed = await effects.run('runtime.probe', () => runtime.probe());
      if (probed.ok) found.push({ runtime, version: probed.value.version });
      else reasons.set(runtime.kind, firstProblem(probed.problems).message);
    }
    answering = found;
    fit = {
      platform,
      refused: Object.fromEntries(KINDS.flatMap((kind) => refusal(kind, reasons.get(kind)))),
      sideBySide: KINDS.filter((kind) => runtimeFor(kind)?.features.sideBySide === true),
    };
  }

  function runtimeFor(kind: VariantKind): Runtime | null {
    return answering.find(({ runtime }) => runtime.kind === kind)?.runtime ?? null;
  }

  function refusal(kind: VariantKind, reason: string | undefined) {
    if (kind === 'container' ? !policy.allowContainers : !policy.allowWasm)
      return [[kind, { code: 'capability_denied', message: `the policy of this device allows no ${kind} variants` }]];
    if (answering.some(({ runtime }) => runtime.kind === kind)) return [];
    return [[kind, { code: 'no_runtime', message: reason ?? `no runtime for ${kind} variants on this device` }]];
  }

  return {
    fit: () => fit,
    runtimeFor,
    kinds: () => [...new Set(answering.map(({ runtime }) => runtime.kind))],
    answering: () => answering.map(({ runtime, version }) => ({ name: runtime.name, version })),
    refresh,
  };
}

const OCI_ARCH: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64', arm: 'arm/v7', ia32: '386' };

/** This machine's platform as OCI writes it. */
export function ownPlatform(arch: string = process.arch): string {
  return `linux/${OCI_ARCH[arch] ?? arch}`;
}
