import { readdir, readFile, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostSample } from '@wherry/protocol';
import { type CpuTicks, cpuShareBetween, parseLoadavg, parseMeminfo, parseStat, pickTemperature } from './proc.ts';

/** Measures the host: each call gives what happened since the one before. */
export interface HostMeter {
  /** Null when this machine has no /proc to read. */
  measure(): Promise<HostSample | null>;
}

const THERMAL_ZONES = 32;

export function createHostMeter(dataPath: string, procPath: string, sysPath: string): HostMeter {
  let ticks: CpuTicks | null = null;
  let agentCpu = process.cpuUsage();

  async function temperature(): Promise<number | undefined> {
    const root = join(sysPath, 'class/thermal');
    const names = (await readdir(root).catch(() => [])).filter((name) => name.startsWith('thermal_zone'));
    const zones = names.slice(0, THERMAL_ZONES).map(async (name) => ({
      type: await readText(join(root, name, 'type')),
      temp: await readText(join(root, name, 'temp')),
    }));
    return pickTemperature(await Promise.all(zones));
  }

  return {
    async measure() {
      const [stat, meminfo, loadavg, disk, celsius] = await Promise.all([
        readText(join(procPath, 'stat')),
        readText(join(procPath, 'meminfo')),
        readText(join(procPath, 'loadavg')),
        statfs(dataPath).catch(() => null),
        temperature(),
      ]);
      const now = parseStat(stat);
      const memory = parseMeminfo(meminfo);
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
        loadAverage1m: parseLoadavg(loadavg),
        agentMemoryBytes: process.memoryUsage.rss(),
        agentCpuMs: Math.round((agent.user + agent.system) / 1000),
      };
    },
  };
}

/** A sensor that is absent answers with an error: as good as no text. */
function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
