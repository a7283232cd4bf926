import type { Problem, Variant, VariantKind } from '@wherry/protocol';

/** What can be said about a variant before anything is downloaded: is there something to run it with, on this platform? */
export interface DeviceFit {
  /** Kinds that this device cannot or may not run, and why. */
  readonly refused: Readonly<Partial<Record<VariantKind, Problem>>>;
  /** `os/arch[/variant]` as OCI writes it. */
  readonly platform: string;
  /** The class of device that it was claimed as; absent where no agent can be taken. */
  readonly target?: string;
  /** Kinds whose runtime can hold two instances of an app at once. */
  readonly sideBySide?: readonly VariantKind[];
}

export interface BlobFacts {
  readonly digest: string;
  readonly sizeBytes: number;
  /** The repository of an OCI registry that it is asked for first. */
  readonly registry?: string | undefined;
}

export interface VariantFacts {
  readonly kind: VariantKind;
  readonly artifact: BlobFacts | null;
  /** Null where a variant runs on every platform. */
  readonly platforms: readonly string[] | null;
  /** The class of device, where a variant is for one only. */
  readonly target?: string | undefined;
}

export function variantFacts(variant: Variant): VariantFacts {
  if (variant.kind === 'agent')
    return { kind: 'agent', artifact: variant.archive, platforms: null, target: variant.target };
  return variant.kind === 'wasm'
    ? { kind: 'wasm', artifact: { ...variant.module, ...placeOf(variant) }, platforms: null }
    : { kind: 'container', artifact: variant.archive ?? null, platforms: variant.platforms };
}

function placeOf({ registry }: Extract<Variant, { kind: 'wasm' }>) {
  return registry === undefined ? {} : { registry };
}

export function refuseUnseen(variant: VariantFacts, device: DeviceFit): Problem | null {
  const refused = device.refused[variant.kind];
  if (refused !== undefined) return refused;
  if (variant.target !== undefined && variant.target !== device.target)
    return {
      code: 'wrong_platform',
      message: `made for devices of class ${variant.target}; this one is ${device.target ?? 'of none'}`,
    };
  if (variant.platforms === null || variant.platforms.some((offered) => isSamePlatform(offered, device.platform)))
    return null;
  return {
    code: 'wrong_platform',
    message: `made for ${variant.platforms.join(', ')}; this device is ${device.platform}`,
  };
}

/** A platform without a CPU variant fits every variant of the architecture. */
function isSamePlatform(offered: string, own: string): boolean {
  return offered === own || own.startsWith(`${offered}/`) || offered.startsWith(`${own}/`);
}
