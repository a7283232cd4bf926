import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { median, percentile, rounded } from '../statistics.ts';
import { atLeast, atMost, type Suite, type SuiteReport } from '../suite.ts';
import { measureContainers } from './containers.ts';
import { measureFuelCost } from './fuel-cost.ts';
import { measureKernels } from './kernels.ts';
import { measureStops } from './limit-stops.ts';
import { manyProgramsMb, privateMemoryMb } from './memory.ts';
import { compileProgram } from './programs.ts';
import { measureStarts } from './starts.ts';

/** Limits that the documentation names (docs/specs/wasm-host.md). */
const COLD_MS = 60;
const WARM_MS = 5;
const PRIVATE_MB = 10;
const HUNDRED_MB = 60;
const COLD_TIMES = 5;
const WARM_TIMES = 50;
const KERNEL_RATIO = 1.3;
const STOP_MS = 100;
const STOP_RUNS_MAX = 40;
const IDLE_PROGRAMS = 10;
const MANY_PROGRAMS = 100;
const KERNEL_ROUNDS = 5;

const HELP = `  --runs N            starts of each kind (200)
  --container-runs N  docker runs (200); 0 measures no containers
`;

async function run(args: readonly string[], say: (line: string) => void): Promise<SuiteReport> {
  const { values } = parseArgs({
    args: [...args],
    options: { runs: { type: 'string', default: '200' }, 'container-runs': { type: 'string', default: '200' } },
  });
  const [runs, containerRuns] = [Number(values.runs), Number(values['container-runs'])];
  if (!(Number.isInteger(runs) && runs > 0 && Number.isInteger(containerRuns) && containerRuns >= 0))
    throw new Error('--runs and --container-runs are whole numbers');
  buildRunner();
  const folder = mkdtempSync(join(tmpdir(), 'wherry-bench-wasm-'));
  try {
    return await measure(folder, runs, containerRuns, say);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string, runs: number, containerRuns: number, say: (line: string) => void) {
  const hello = compileProgram('hello', folder);
  say(`${runs} starts each: cold, warm, awake`);
  const { coldMs, warmMs, awakeMs } = await measureStarts(hello, runs);
  say(`${containerRuns} starts of the same program in a container`);
  const containers =
    containerRuns === 0 ? { reason: '--container-runs 0' } : await measureContainers(hello, folder, containerRuns);
  say('memory of idle programs');
  const privateMb = rounded(await privateMemoryMb(hello, IDLE_PROGRAMS));
  const hundredMb = rounded(await manyProgramsMb(hello, MANY_PROGRAMS));
  say('how fast limits stop a program');
  const stops = await measureStops(compileProgram('spin', folder), Math.min(runs, STOP_RUNS_MAX));
  say('what counting instructions costs');
  const fuelCost = await measureFuelCost(folder, KERNEL_ROUNDS);
  say('compute kernels, as guests and native');
  const kernels = await measureKernels(folder, KERNEL_ROUNDS);
  const [cold, warm] = [median(coldMs), median(warmMs)];
  const container = 'startMs' in containers ? median(containers.startMs) : null;
  const reason = 'reason' in containers ? containers.reason : undefined;
  const times = (ms: number) => (container === null ? null : rounded(container / ms));
  return {
    limits: [
      atMost('coldMs', COLD_MS, rounded(cold)),
      atMost('warmMs', WARM_MS, rounded(warm)),
      atMost('privateMbPerIdleModule', PRIVATE_MB, privateMb),
      atMost('hundredModulesMb', HUNDRED_MB, hundredMb),
      atLeast('coldTimesFasterThanContainer', COLD_TIMES, times(cold), reason),
      atLeast('warmTimesFasterThanContainer', WARM_TIMES, times(warm), reason),
      ...kernels.map(({ name, ratio }) => atMost(`${name}ToNative`, KERNEL_RATIO, ratio)),
      atMost('wallStopP99Ms', STOP_MS, rounded(percentile(stops.wallMs, 0.99))),
      atMost('cpuTimeStopP99Ms', STOP_MS, rounded(percentile(stops.cpuTimeMs, 0.99))),
      atMost('fuelStopP99Ms', STOP_MS, rounded(percentile(stops.fuelMs, 0.99))),
    ],
    isolation: 'process',
    firstInstruction: {
      cold: spread(coldMs),
      warm: spread(warmMs),
      awake: spread(awakeMs),
      container: 'startMs' in containers ? spread(containers.startMs) : containers,
    },
    stopAfterLimit: {
      wall: spread(stops.wallMs),
      cpuTime: spread(stops.cpuTimeMs),
      fuel: spread(stops.fuelMs),
    },
    fuelCost,
    kernels,
  };
}

/** The runner as devices have it; from sources it would start at half the speed. */
function buildRunner(): void {
  const root = resolve(import.meta.dirname, '../../..');
  execFileSync('npm', ['run', '-s', 'build', '-w', '@wherry/agent'], { cwd: root, stdio: ['ignore', 2, 2] });
}

function spread(valuesMs: readonly number[]) {
  const at = (share: number) => rounded(percentile(valuesMs, share), 2);
  return { runs: valuesMs.length, medianMs: at(0.5), p99Ms: at(0.99), minMs: at(0), maxMs: at(1) };
}

export const wasmSuite: Suite = {
  describe: 'Wasm programs: start, memory and speed, beside containers and native code',
  help: HELP,
  run,
};
