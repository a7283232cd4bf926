import { writeSync } from 'node:fs';
import { pino } from 'pino';
import type { Logger } from '../logs/logger.ts';
import { createDockerRuntime } from '../runtimes/docker/runtime.ts';
import { createWasmRuntime } from '../runtimes/wasm/runtime.ts';
import { type AgentOptions, type RunningAgent, startAgent } from '../shell/agent.ts';
import { readConfig } from '../shell/config.ts';
import { createEffects } from '../shell/effects.ts';
import { expectOk } from '../shell/expect-ok.ts';
import { faultsOf } from '../shell/faults.ts';
import { needed, parseOptions } from './usage-error.ts';

export type MakeRuntimes = AgentOptions['makeRuntimes'];

/** `wherry-agent run`. */
export async function runCommandLine(args: readonly string[], makeRuntimes = productionRuntimes): Promise<void> {
  const options = parseOptions(args, { data: { type: 'string' }, config: { type: 'string' } });
  const folder = needed(options.data, 'data');
  const config = expectOk(readConfig(folder, options.config));
  const log = pino({ level: config.logLevel }, pino.destination({ fd: 2, sync: true }));
  const effects = createEffects(faultsOf(process.env));
  const agent = await startAgent({ folder, config, effects, log, makeRuntimes });
  const ready = { ready: true, device: agent.device, pid: process.pid, http: agent.httpUrl };
  writeSync(1, `${JSON.stringify(ready)}\n`);
  // The service manager starts it again: on the data folder, which it could not write before.
  const startOver = agent.mustStartOver.then(() =>
    log.warn({ folder }, 'the data folder can be written again: starting over'),
  );
  await Promise.race([untilToldToStop(log), startOver]);
  await stopInTime(agent, log);
  log.info({ effects: effects.count(), steps: effects.steps() }, 'stopped');
  process.exit(0);
}

export const productionRuntimes: MakeRuntimes = (folder, { tenant, device }, config, hardware) => [
  createWasmRuntime({
    hardware,
    stateDir: folder,
    runnerPool: config.runnerPool,
    parkAfterMs: config.parkAfterMs === false ? null : config.parkAfterMs,
    cgroup: config.isolation.cgroup,
    sharedApps: config.isolation.shared,
    minIsolation: config.policy.minIsolation,
  }),
  ...(config.dockerSocket === false
    ? []
    : [createDockerRuntime({ device: `${tenant}/${device}`, socketPath: config.dockerSocket })]),
];

/** Whatever hangs, the service manager is not kept waiting longer. */
const STOP_MS = 15_000;

function untilToldToStop(log: Logger): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => {
        log.info({ signal }, 'stopping');
        resolve();
      });
  });
}

async function stopInTime(agent: RunningAgent, log: Logger): Promise<void> {
  const late = setTimeout(() => {
    log.error({}, 'stopping took too long: ending without waiting; the next start cleans up');
    process.exit(1);
  }, STOP_MS);
  await agent.stop();
  clearTimeout(late);
}
