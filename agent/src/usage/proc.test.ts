import { expect, test } from 'vitest';
import { cpuShareBetween, parseLoadavg, parseMeminfo, parseStat, pickTemperature } from './proc.ts';

const STAT_PI4 = `cpu  38392 104 21003 5284730 3120 0 911 0 0 0
cpu0 9411 30 5203 1320333 812 0 611 0 0 0
cpu1 9703 21 5304 1321009 801 0 101 0 0 0
intr 9817202 0 0 3211
ctxt 15922032
btime 1700000000
processes 24031
`;
const STAT_X86_GUESTS = 'cpu  1000 0 500 8000 100 0 50 350 700 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n';
const MEMINFO_PI4 = `MemTotal:        3884152 kB
MemFree:         2903448 kB
MemAvailable:    3421052 kB
Buffers:           42312 kB
Cached:           552164 kB
SwapCached:            0 kB
`;
const MEMINFO_OLD_KERNEL = 'MemTotal:  1000 kB\nMemFree:  200 kB\nBuffers:  50 kB\nCached:  250 kB\n';

test('a Raspberry Pi 4: busy is all but idle and waiting', () => {
  expect(parseStat(STAT_PI4)).toEqual({ busy: 38392 + 104 + 21003 + 911, total: 5348260 });
});

test('an x86 host of virtual machines: guest time is contained in user time', () => {
  expect(parseStat(STAT_X86_GUESTS)).toEqual({ busy: 1900, total: 10_000 });
});

test.each(['', 'cpu', 'cpu  1 2', 'cpu0 1 2 3 4 5', 'cpu a b c d'])('%j is not /proc/stat', (text) => {
  expect(parseStat(text)).toBeNull();
});

test('the share is of the time that passed, within 0 and 1', () => {
  expect(cpuShareBetween({ busy: 100, total: 1_000 }, { busy: 150, total: 1_200 })).toBe(0.25);
  expect(cpuShareBetween({ busy: 100, total: 1_000 }, { busy: 100, total: 1_000 })).toBe(0);
  expect(cpuShareBetween({ busy: 100, total: 1_000 }, { busy: 90, total: 1_010 })).toBe(0);
  expect(cpuShareBetween({ busy: 100, total: 1_000 }, { busy: 120, total: 1_010 })).toBe(1);
});

test('memory: what no program could have', () => {
  expect(parseMeminfo(MEMINFO_PI4)).toEqual({ totalBytes: 3884152 * 1024, usedBytes: (3884152 - 3421052) * 1024 });
  expect(parseMeminfo(MEMINFO_OLD_KERNEL)).toEqual({ totalBytes: 1000 * 1024, usedBytes: 500 * 1024 });
  expect(parseMeminfo('')).toBeNull();
});

test('load', () => {
  expect(parseLoadavg('0.42 0.31 0.20 1/312 24031\n')).toBe(0.42);
  expect(parseLoadavg('')).toBe(0);
  expect(parseLoadavg('nan 1 2')).toBe(0);
});

test('temperature: of the processor when a sensor says so, nonsense left out', () => {
  expect(pickTemperature([{ type: 'cpu-thermal\n', temp: '48686\n' }])).toBe(48.686);
  expect(
    pickTemperature([
      { type: 'acpitz\n', temp: '80000\n' },
      { type: 'x86_pkg_temp\n', temp: '51000\n' },
    ]),
  ).toBe(51);
  expect(pickTemperature([{ type: 'acpitz', temp: '27800' }])).toBe(27.8);
  expect(pickTemperature([{ type: 'cpu', temp: '-274000' }])).toBeUndefined();
  expect(pickTemperature([{ type: 'cpu', temp: '' }])).toBeUndefined();
  expect(pickTemperature([])).toBeUndefined();
});
