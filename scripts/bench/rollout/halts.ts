import { abortRollout, getRollout, type Rollout, rolloutRequest, startRollout } from '@wherry/protocol';
import { eventually } from '../../fleet/eventually.ts';
import { percentile, rounded } from '../statistics.ts';
import type { BenchFleet } from './fleet.ts';
import { monotonicMs } from './fleet-messages.ts';
import type { DeviceIdentity } from './identities.ts';
import { APP, ORDER_KEY } from './publish.ts';
import type { MeasuredServer } from './server-process.ts';
import { openStream, type StreamReader } from './stream-reader.ts';

/**
 * One failure crosses the limit (`maxFailures` 0) in the middle of a wave. Measured from the moment the device sends it to the moment
 * a watcher, woken by the stream, has read that the rollout is halted. Overshoot: what was signed for a device after the verdict,
 * and what was assigned beyond the cap over the verdicts that were known.
 */
export interface HaltOptions {
  readonly runs: number;
  readonly devices: readonly DeviceIdentity[];
  readonly maxInFlight: number;
}

const WITHIN_MS = 30_000;

export async function measureHalts(server: MeasuredServer, fleet: BenchFleet, options: HaltOptions) {
  const visibleMs: number[] = [];
  const hintedMs: number[] = [];
  let overshoot = 0;
  let aboveCap = 0;
  for (let run = 0; run < options.runs; run += 1) {
    // A different place in the fleet each time, so that the wave is now hardly begun and now nearly done.
    const failing = options.devices[(run * 7) % options.devices.length] as DeviceIdentity;
    const one = await haltOnce(server, fleet, failing.device, run, options.maxInFlight);
    visibleMs.push(one.visibleMs);
    hintedMs.push(one.hintedMs);
    overshoot += one.overshoot;
    aboveCap += one.aboveCap;
  }
  const summary = (values: readonly number[]) => ({
    p50: rounded(percentile(values, 0.5)),
    p99: rounded(percentile(values, 0.99)),
    max: rounded(percentile(values, 1)),
  });
  return {
    runs: options.runs,
    devices: options.devices.length,
    maxInFlight: options.maxInFlight,
    assignedAfterVerdict: overshoot,
    aboveCap,
    haltVisibleMs: summary(visibleMs),
    haltHintedMs: summary(hintedMs),
  };
}

async function haltOnce(server: MeasuredServer, fleet: BenchFleet, device: string, run: number, maxInFlight: number) {
  const { client } = server;
  await fleet.figures();
  const watcher = await watchForHalt(server);
  const failing = fleet.nextFailure();
  const { id } = await client.call(startRollout, {
    body: rolloutRequest.parse({
      app: APP,
      version: '1.0.0',
      waves: [{ size: { share: 1 } }],
      gate: { maxFailures: 0 },
      maxInFlight,
      soakMs: 0,
      config: { [ORDER_KEY]: `fail ${device}` },
    }),
  });
  watcher.follow(id);
  const failedAtMs = await failing;
  const { halted, hintedAtMs, readAtMs } = await watcher.halted;
  watcher.close();
  if (halted.state !== 'halted' || !halted.verdict)
    throw new Error(`run ${run}: ${device} failed, but the rollout is ${halted.state}`);
  // Whatever was in flight ends first: what is assigned wrongly would come to light in this time.
  const ended = await eventually(
    'what was in flight to end',
    WITHIN_MS,
    async () => {
      const rollout = await client.call(getRollout, { params: { id } });
      return rollout.waves.every(({ counts }) => (counts.in_flight ?? 0) === 0) ? rollout : undefined;
    },
    20,
  );
  await client.call(abortRollout, { params: { id }, body: { reached: 'keep' } });
  const { verdict } = halted;
  const desired = (await fleet.figures()).desired.filter(({ rollout }) => rollout === id);
  const assigned = new Set(desired.map((one) => one.device));
  return {
    visibleMs: readAtMs - failedAtMs,
    hintedMs: hintedAtMs - failedAtMs,
    overshoot: desired.filter(({ issuedAtMs }) => issuedAtMs > verdict.atMs).length,
    aboveCap: Math.max(0, Math.max(assigned.size, reachedOf(ended)) - verdict.reached - (maxInFlight - 1)),
  };
}

function reachedOf(rollout: Rollout): number {
  return rollout.waves.reduce((sum, { total, counts }) => sum + total - (counts.pending ?? 0), 0);
}

interface HaltWatcher extends StreamReader {
  follow(id: string): void;
  readonly halted: Promise<{ readonly halted: Rollout; readonly hintedAtMs: number; readonly readAtMs: number }>;
}

/** Reads the rollout again at each hint, one question at a time, as a page does. */
async function watchForHalt({ client, ...server }: MeasuredServer): Promise<HaltWatcher> {
  let followed: string | null = null;
  let hintedAtMs = 0;
  let isAsking = false;
  let isAskedAgain = false;
  let done: (found: Awaited<HaltWatcher['halted']>) => void = () => {};
  let fail: (error: unknown) => void = () => {};
  const halted = new Promise<Awaited<HaltWatcher['halted']>>((resolve, reject) => {
    done = resolve;
    fail = reject;
  });
  const ask = async () => {
    if (followed === null) return;
    if (isAsking) {
      isAskedAgain = true;
      return;
    }
    isAsking = true;
    const askedForMs = hintedAtMs;
    const rollout = await client.call(getRollout, { params: { id: followed as Rollout['id'] } });
    isAsking = false;
    if (rollout.state === 'running') {
      if (isAskedAgain) {
        isAskedAgain = false;
        await ask();
      }
    } else done({ halted: rollout, hintedAtMs: askedForMs, readAtMs: monotonicMs() });
  };
  const timer = setTimeout(() => fail(new Error(`no halt was seen within ${WITHIN_MS} ms`)), WITHIN_MS);
  const stream = await openStream(server, () => {
    hintedAtMs = monotonicMs();
    ask().catch(fail);
  });
  return {
    halted: halted.finally(() => clearTimeout(timer)),
    follow(id) {
      followed = id;
      hintedAtMs = monotonicMs();
      ask().catch(fail);
    },
    close: stream.close,
  };
}
