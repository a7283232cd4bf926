import { readdirSync, readFileSync, type StatsFs, statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { HostSample } from '@wherry/protocol';
import { type CpuTicks, cpuShareBetween, parseLoadavg, parseMeminfo, parseStat, pickTemperature } from './proc.ts';

/** Measures the host: each call gives what happened since the one before. */
export interface HostMeter {
  /** Null when this machine has no /proc to read. */
  measure(): HostSample | null;
}

const THERMAL_ZONES = 32;

export function createHostMeter(dataPath: string, procPath: string, sysPath: string): HostMeter {
  let ticks: CpuTicks | null = null;
  let agentCpu = process.cpuUsage();

  function temperature(): number | undefined {
    const root = join(sysPath, 'class/thermal');
    const names = orAbsent(() => readdirSync(root), []).filter((name) => name.startsWith('thermal_zone'));
    const zones = names.slice(0, THERMAL_ZONES).map((name) => ({
      type: readText(join(root, name, 'type')),
      temp: readText(join(root, name, 'temp')),
    }));
    return pickTemperature(zones);
  }

  return {
    measure() {
      const now = parseStat(readText(join(procPath, 'stat')));
      const memory = parseMeminfo(readText(join(procPath, 'meminfo')));
      const disk = orAbsent<StatsFs | null>(() => statfsSync(dataPath), null);
      const celsius = temperature();
      if (!now || !memory) return null;
      const cpuShare = cpuShareBetween(ticks ?? now, now);
      ticks = now;
      const agent = process.cpuUsage(agentCpu);
      agentCpu = process.cpuUsage();
      return {
        cpuShare,
        memoryUsedBytes: memory.usedBytes,
        memoryTotalBytes: memory.totalBytes,
        diskUsedBytes: disk ? (disk.blocks - disk.bfree) * disk.bsize : 0,
        diskTotalBytes: disk ? disk.blocks * disk.bsize : 0,
        ...(celsius === undefined ? {} : { temperatureCelsius: celsius }),
        loadAverage1m: parseLoadavg(readText(join(procPath, 'loadavg'))),
        agentMemoryBytes: process.memoryUsage.rss(),
        agentCpuMs: Math.round((agent.user + agent.system) / 1000),
      };
    },
  };
}

/** A sensor that is absent answers with an error: as good as no text. */
function readText(path: string): string {
  return orAbsent(() => readFileSync(path, 'utf8'), '');
}

function orAbsent<T>(read: () => T, absent: T): T {
  try {
    return read();
  } catch {
    return absent;
  }
}
