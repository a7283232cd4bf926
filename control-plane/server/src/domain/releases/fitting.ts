import {
  AGENT_APP,
  asksForHardware,
  type Inventory,
  missingHardware,
  type Release,
  refuseContainer,
  type Variant,
} from '@wherry/protocol';

/**
 * Which variant a device would take, judged from its inventory. Only what cannot change by itself counts: class, architecture, memory,
 * the pins, buses and serial devices that its owner named, and what no container engine can do.
 * A runtime that does not answer now may answer tomorrow, and a policy is the device's own: those the device decides.
 */
const OCI_ARCH: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', arm64: 'arm64', arm: 'arm' };

export interface Fit {
  /** Null when none fits. */
  readonly variant: Variant | null;
  readonly why: string;
}

/** What of an inventory decides. */
export type FitFacts = Pick<Inventory, 'arch' | 'memoryBytes' | 'hardware'> & Partial<Pick<Inventory, 'target'>>;

/** `inventory` null: nothing is known, so nothing is held against the device. */
export function fitRelease(release: Release, inventory: FitFacts | null): Fit {
  const [first] = release.variants;
  if (!inventory) return { variant: first ?? null, why: 'the device has not said what it is' };
  if (release.limits.memoryBytes > inventory.memoryBytes)
    return {
      variant: null,
      why: `it needs ${release.limits.memoryBytes} bytes of memory, and the device has ${inventory.memoryBytes}`,
    };
  const platform = `linux/${OCI_ARCH[inventory.arch] ?? inventory.arch}`;
  // Capabilities are those of Wasm programs; a container has none.
  const missing = missingHardware(release.capabilities, inventory.hardware);
  const variant = release.variants.find((one) => {
    if (one.kind === 'wasm') return missing === null;
    if (one.kind === 'agent') return one.target === inventory.target;
    if (refuseContainer(one, release) !== null) return false;
    return one.platforms.some((text) => text === platform || text.startsWith(`${platform}/`));
  });
  if (variant) return { variant, why: `it takes the ${variant.kind} variant` };
  const what = release.app === AGENT_APP ? `devices of class ${inventory.target}` : platform;
  const refused = release.variants.flatMap((one) => (one.kind === 'container' ? refuseContainer(one, release) : null));
  const unheld = refused.find((problem) => problem !== null);
  return { variant: null, why: missing ?? unheld?.message ?? `no variant is for ${what}` };
}

/** The same for many devices: those that are alike share their answer. */
export function fitter(release: Release): (inventory: FitFacts | null) => Fit {
  const known = new Map<string, Fit>();
  const isParticular = asksForHardware(release.capabilities);
  return (inventory) => {
    const hardware = isParticular && inventory?.hardware ? JSON.stringify(inventory.hardware) : '';
    const key = inventory ? `${inventory.target} ${inventory.arch} ${inventory.memoryBytes} ${hardware}` : '';
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
