import type { Inventory, Release, Variant } from '@wherry/protocol';

/**
 * Which variant a device would take, judged from its inventory. Only what cannot change by itself counts: architecture and memory.
 * A runtime that does not answer now may answer tomorrow, and a policy is the device's own: those the device decides.
 */
const OCI_ARCH: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', arm64: 'arm64', arm: 'arm' };

export interface Fit {
  /** Null when none fits. */
  readonly variant: Variant | null;
  readonly why: string;
}

/** `inventory` null: nothing is known, so nothing is held against the device. */
export function fitRelease(release: Release, inventory: Pick<Inventory, 'arch' | 'memoryBytes'> | null): Fit {
  const [first] = release.variants;
  if (!inventory) return { variant: first ?? null, why: 'the device has not said what it is' };
  if (release.limits.memoryBytes > inventory.memoryBytes)
    return {
      variant: null,
      why: `it needs ${release.limits.memoryBytes} bytes of memory, and the device has ${inventory.memoryBytes}`,
    };
  const platform = `linux/${OCI_ARCH[inventory.arch] ?? inventory.arch}`;
  const variant = release.variants.find(
    (one) => one.kind === 'wasm' || one.platforms.some((text) => text === platform || text.startsWith(`${platform}/`)),
  );
  return variant
    ? { variant, why: `it takes the ${variant.kind} variant` }
    : { variant: null, why: `no variant is for ${platform}` };
}

/** The same for many devices: those that are alike share their answer. */
export function fitter(release: Release): (inventory: Pick<Inventory, 'arch' | 'memoryBytes'> | null) => Fit {
  const known = new Map<string, Fit>();
  return (inventory) => {
    const key = inventory ? `${inventory.arch} ${inventory.memoryBytes}` : '';
    const before = known.get(key);
    if (before) return before;
    const fit = fitRelease(release, inventory);
    known.set(key, fit);
    return fit;
  };
}

/** Bytes that a device fetches from here for a variant; null when its engine pulls an image from a registry. */
export function bytesOf(variant: Variant): number | null {
  return variant.kind === 'wasm' ? variant.module.sizeBytes : (variant.archive?.sizeBytes ?? null);
}
