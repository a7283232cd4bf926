import { BenchDevice } from './device.ts';
import { type FleetFigures, type FromFleet, monotonicMs, type ToFleet } from './fleet-messages.ts';

/** The process that holds the simulated devices. It is told what to do by its parent, and ends with it. */
const devices: BenchDevice[] = [];
let latenciesMs: number[] = [];
let desired: FleetFigures['desired'][number][] = [];
let stored = 0;
let isEnding = false;

process.on('message', (message: ToFleet) => {
  switch (message.type) {
    case 'connect':
      void connectAll(message);
      return;
    case 'figures':
      tell({ type: 'figures', figures: figures() });
      return;
    case 'end':
      isEnding = true;
      for (const device of devices) device.end();
      process.disconnect();
      return;
  }
});
process.on('disconnect', () => process.exit(0));

function tell(message: FromFleet): void {
  process.send?.(message);
}

async function connectAll({ host, port, devices: identities, atOnce }: Extract<ToFleet, { type: 'connect' }>) {
  const waiting = identities[Symbol.iterator]();
  const lane = async () => {
    for (const identity of waiting)
      await new Promise<void>((resolve) => {
        devices.push(
          new BenchDevice(
            identity,
            { host, port },
            {
              onReady: resolve,
              onEnded(reason) {
                if (!isEnding) tell({ type: 'broken', reason });
                resolve();
              },
              onStored(latencyMs) {
                stored += 1;
                latenciesMs.push(latencyMs);
              },
              onDesired(state, device) {
                for (const { rollout } of state.workloads)
                  if (rollout) desired.push({ device, rollout, issuedAtMs: state.issuedAtMs });
              },
              onFailing: (device) => tell({ type: 'failing', device, atMs: monotonicMs() }),
            },
          ),
        );
      });
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  tell({ type: 'connected' });
}

/** What gathered since the last time; the counts are of all time. */
function figures(): FleetFigures {
  const reports = devices.reduce((sum, device) => sum + device.reportsSent, 0);
  const inOutboxes = devices.reduce((sum, device) => sum + device.outboxLength, 0);
  const answer = { reports, stored, inOutboxes, latenciesMs, desired };
  latenciesMs = [];
  desired = [];
  return answer;
}
