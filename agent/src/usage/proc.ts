/** Readers of the texts of /proc, without the reading. Source: proc(5). */
export interface CpuTicks {
  readonly busy: number;
  readonly total: number;
}

/** The first line of /proc/stat; null when it is not one. */
export function parseStat(text: string): CpuTicks | null {
  const match = /^cpu\s+([\d ]+)$/m.exec(text);
  // user nice system idle iowait irq softirq steal; guest time is contained in user.
  const ticks = (match?.[1]?.trim().split(/\s+/) ?? []).slice(0, 8).map(Number);
  if (ticks.length < 4) return null;
  const total = ticks.reduce((sum, part) => sum + part, 0);
  const idle = (ticks[3] ?? 0) + (ticks[4] ?? 0);
  return { busy: total - idle, total };
}

/** Share of all cores between two readings, 0 to 1. The time of waiting for I/O may go down, hence the bounds. */
export function cpuShareBetween(before: CpuTicks, after: CpuTicks): number {
  const total = after.total - before.total;
  return total <= 0 ? 0 : Math.min(1, Math.max(0, (after.busy - before.busy) / total));
}

export interface Memory {
  readonly totalBytes: number;
  readonly usedBytes: number;
}

/** /proc/meminfo: used is what no program could have without swapping. */
export function parseMeminfo(text: string): Memory | null {
  const bytes = (key: string) => {
    const match = new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(text);
    return match ? Number(match[1]) * 1024 : null;
  };
  const totalBytes = bytes('MemTotal');
  if (totalBytes === null) return null;
  const free = bytes('MemAvailable') ?? (bytes('MemFree') ?? 0) + (bytes('Buffers') ?? 0) + (bytes('Cached') ?? 0);
  return { totalBytes, usedBytes: Math.max(0, totalBytes - free) };
}

/** Load over one minute from /proc/loadavg. */
export function parseLoadavg(text: string): number {
  const load = Number(text.split(' ')[0]);
  return text !== '' && Number.isFinite(load) && load >= 0 ? load : 0;
}

export interface ThermalZone {
  readonly type: string;
  /** The text of `temp`: thousandths of a degree Celsius. */
  readonly temp: string;
}

const PROCESSOR = /cpu|soc|pkg|core|x86/i;

/** The hottest sensor of the processor, or of all when none says that it is one. Absent sensors read as nonsense: left out. */
export function pickTemperature(zones: readonly ThermalZone[]): number | undefined {
  const read = zones
    .map(({ type, temp }) => ({ type, celsius: temp.trim() === '' ? Number.NaN : Number(temp) / 1000 }))
    .filter(({ celsius }) => celsius > -100 && celsius < 200);
  const ofProcessor = read.filter(({ type }) => PROCESSOR.test(type));
  const chosen = ofProcessor.length > 0 ? ofProcessor : read;
  return chosen.length > 0 ? Math.max(...chosen.map(({ celsius }) => celsius)) : undefined;
}
