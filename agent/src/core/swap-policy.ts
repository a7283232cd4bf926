import type { Release } from '@wherry/protocol';

/**
 * May two releases of an app run at once while triggers move? By default where nothing can be had twice: a program that only
 * answers triggers. One with a data folder would see another write to it, one with a `start` trigger would do its work twice, and
 * a pin or a port has one owner. The manifest's `swap` says otherwise in either direction (docs/decisions/0009).
 */
export function swapOf({ swap, triggers, capabilities }: Pick<Release, 'swap' | 'triggers' | 'capabilities'>) {
  if (swap !== undefined) return swap;
  const { dataBytes, gpio, i2c, serial } = capabilities;
  const isExclusive = [dataBytes, gpio, i2c, serial].some((grant) => grant !== undefined);
  return isExclusive || triggers.some(({ on }) => on === 'start') ? 'restart' : 'overlap';
}
