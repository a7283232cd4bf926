import { readIfThere } from '../store/files.ts';

/** The interface over which this machine reaches what is not next to it, from the kernel's routing tables; null without a route. */
export function defaultInterface(procPath = '/proc'): string | null {
  return (
    interfaceOfIpv4(readIfThere(`${procPath}/net/route`) ?? '') ??
    interfaceOfIpv6(readIfThere(`${procPath}/net/ipv6_route`) ?? '')
  );
}

const IS_UP = 0x1;
const IS_REJECTING = 0x200;

/** Columns: interface, destination, gateway, flags (hex), references, use, metric, mask, … (proc(5)). */
export function interfaceOfIpv4(table: string): string | null {
  const routes = table.split('\n').flatMap((line) => {
    const [name = '', destination, , flags = '0', , , metric, mask] = line.trim().split(/\s+/);
    const isDefault = destination === '00000000' && mask === '00000000' && isUsable(flags);
    return isDefault ? [{ name, metric: Number(metric) }] : [];
  });
  return lowestMetric(routes);
}

/** Columns: destination, its prefix length, source, its prefix length, next hop, metric, references, use, flags (all hex), interface. */
export function interfaceOfIpv6(table: string): string | null {
  const routes = table.split('\n').flatMap((line) => {
    const [destination = '', length, , , , metric = '0', , , flags = '0', name = ''] = line.trim().split(/\s+/);
    const isDefault = /^0{32}$/.test(destination) && length === '00' && isUsable(flags) && name !== 'lo';
    return isDefault ? [{ name, metric: Number.parseInt(metric, 16) }] : [];
  });
  return lowestMetric(routes);
}

function isUsable(flags: string): boolean {
  const bits = Number.parseInt(flags, 16);
  return (bits & IS_UP) !== 0 && (bits & IS_REJECTING) === 0;
}

function lowestMetric(routes: readonly { readonly name: string; readonly metric: number }[]): string | null {
  return routes.toSorted((a, b) => a.metric - b.metric)[0]?.name ?? null;
}
