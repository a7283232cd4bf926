/**
 * The generation of a device's next desired state. It is above everything that was ever given to the device, also above what the
 * device reports: a control plane that was restored from a backup has forgotten numbers that devices have seen (A3).
 */
export function nextGeneration(device: {
  readonly desiredGeneration: number;
  readonly reportedGeneration: number | null;
}): number {
  return Math.max(device.desiredGeneration, device.reportedGeneration ?? 0) + 1;
}
