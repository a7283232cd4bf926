/** Numbers for people, each with its unit. Binary prefixes for memory, as the limits of a release are written. */
const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : trimmed(value, 1)} ${BYTE_UNITS[unit]}`;
}

/** 0.123 is "12.3 %". */
export function percent(share: number): string {
  const value = share * 100;
  return `${value !== 0 && Math.abs(value) < 10 ? trimmed(value, 1) : Math.round(value)} %`;
}

export function celsius(value: number): string {
  return `${Math.round(value)} °C`;
}

export function count(value: number): string {
  return value.toLocaleString('en');
}

/** "1 device", "1,204 devices". */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

function trimmed(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}
