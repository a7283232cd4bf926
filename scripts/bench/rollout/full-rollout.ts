import { getRollout, type RolloutRequest, rolloutRequest, startRollout } from '@wherry/protocol';
import { eventually } from '../../fleet/eventually.ts';
import { measureOtherLoad } from '../other-load.ts';
import { processCost, programCost } from '../process-cost.ts';
import { percentile, rounded } from '../statistics.ts';
import type { BenchFleet } from './fleet.ts';
import { APP, ORDER_KEY } from './publish.ts';
import type { MeasuredServer } from './server-process.ts';

/** One rollout over the whole fleet, in equal waves, to devices that answer at once; a soak of 0. */
export interface FullRolloutOptions {
  readonly devices: number;
  readonly waves: number;
  readonly maxInFlight: number;
  readonly withinMs: number;
}

const ASK_EVERY_MS = 50;
const ENDED: ReadonlySet<string> = new Set(['completed', 'halted', 'aborted']);

export async function measureFullRollout(server: MeasuredServer, fleet: BenchFleet, options: FullRolloutOptions) {
  const { client, program } = server;
  await settled(fleet, options.withinMs);
  const request: RolloutRequest = rolloutRequest.parse({
    app: APP,
    version: '1.0.0',
    waves: Array.from({ length: options.waves }, () => ({ size: { share: 1 / options.waves } })),
    maxInFlight: options.maxInFlight,
    soakMs: 0,
    config: { [ORDER_KEY]: `roll ${Date.now()}` },
  });
  const before = { server: programCost(program.pid), fleet: processCost(fleet.pid), figures: await fleet.figures() };
  const otherLoad = measureOtherLoad();
  const startedAtMs = performance.now();
  const { id } = await client.call(startRollout, { body: request });
  const acceptedAtMs = performance.now();
  const ended = await eventually(
    `the rollout over ${options.devices} devices to end`,
    options.withinMs,
    async () => {
      const rollout = await client.call(getRollout, { params: { id } });
      return ENDED.has(rollout.state) ? rollout : undefined;
    },
    ASK_EVERY_MS,
  );
  const wallSeconds = (performance.now() - startedAtMs) / 1000;
  if (ended.state !== 'completed')
    throw new Error(`the rollout ended as ${ended.state}: ${ended.verdict?.sentence ?? 'no verdict'}`);
  const figures = await settled(fleet, options.withinMs);
  const after = { server: programCost(program.pid), fleet: processCost(fleet.pid) };
  const settledSeconds = (performance.now() - startedAtMs) / 1000;
  const serverCpuSeconds = after.server.cpuSeconds - before.server.cpuSeconds;
  const fleetCpuSeconds = after.fleet.cpuSeconds - before.fleet.cpuSeconds;
  const reports = figures.stored - before.figures.stored;
  return {
    devices: options.devices,
    waves: ended.waves.length,
    maxInFlight: options.maxInFlight,
    succeeded: ended.waves.reduce((sum, { counts }) => sum + (counts.succeeded ?? 0), 0),
    wallSeconds: rounded(wallSeconds, 2),
    acceptedMs: rounded(acceptedAtMs - startedAtMs),
    reports,
    reportsPerSecond: rounded(reports / wallSeconds, 0),
    acknowledgedMs: {
      p50: rounded(percentile(figures.latenciesMs, 0.5)),
      p99: rounded(percentile(figures.latenciesMs, 0.99)),
    },
    serverCpuSeconds: rounded(serverCpuSeconds, 2),
    serverRssBytes: after.server.rssBytes,
    serverRssPeakBytes: after.server.rssPeakBytes,
    fleetCpuSeconds: rounded(fleetCpuSeconds, 2),
    /** Share of the machine that other programs took meanwhile. */
    otherLoad: otherLoad(serverCpuSeconds + fleetCpuSeconds, settledSeconds),
  };
}

/** Waits until every report that was sent is acknowledged and every outbox is empty (C1), and takes the figures so far. */
async function settled(fleet: BenchFleet, withinMs: number) {
  const latenciesMs: number[] = [];
  return await eventually('every report to be stored and acknowledged', withinMs, async () => {
    const figures = await fleet.figures();
    for (const one of figures.latenciesMs) latenciesMs.push(one);
    return figures.stored === figures.reports && figures.inOutboxes === 0 ? { ...figures, latenciesMs } : undefined;
  });
}
