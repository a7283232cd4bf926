import { writeSync } from 'node:fs';
import { createJsonLines } from '../logs/json-lines.ts';
import type { Logger } from '../logs/logger.ts';
import { createLateDockerRuntime } from '../runtimes/docker/late-runtime.ts';
import { createWasmRuntime } from '../runtimes/wasm/runtime.ts';
import { readLaunched } from '../self-update/launched.ts';
import { relaunch } from '../self-update/relaunch.ts';
import { startWatchdog } from '../self-update/watchdog.ts';
import { type AgentOptions, type RunningAgent, startAgent } from '../shell/agent.ts';
import { readConfig } from '../shell/config.ts';
import { createEffects } from '../shell/effects.ts';
import { expectOk } from '../shell/expect-ok.ts';
import { faultsOf } from '../shell/faults.ts';
import { giveBackWhenSettled } from './small-footing.ts';
import { needed, parseOptions } from './usage-error.ts';

export type MakeRuntimes = AgentOptions['makeRuntimes'];

/** `wherry-agent run`. */
export async function runCommandLine(args: readonly string[], makeRuntimes = productionRuntimes): Promise<void> {
  const options = parseOptions(args, { data: { type: 'string' }, config: { type: 'string' } });
  const folder = needed(options.data, 'data');
  const config = expectOk(readConfig(folder, options.config));
  const log = createJsonLines(config.logLevel, (line) => process.stderr.write(line));
  // Whoever read the log is gone: no reason to end.
  process.stderr.on('error', () => {});
  const effects = createEffects(faultsOf(process.env));
  const launched = readLaunched(process.env, folder);
  const agent = await startAgent({ folder, config, effects, log, makeRuntimes, launched });
  const watchdog = startWatchdog(process.env, log);
  const ready = { ready: true, device: agent.device, pid: process.pid, http: agent.httpUrl };
  writeSync(1, `${JSON.stringify(ready)}\n`);
  giveBackWhenSettled();
  // On the data folder, which it could not write before, or as another version.
  const startOver = agent.mustStartOver.then(() => {
    log.warn({ folder }, 'starting over');
    return 'start over' as const;
  });
  const why = await Promise.race([untilToldToStop(log), startOver]);
  await stopInTime(agent, log);
  log.info({ effects: effects.count(), steps: effects.steps() }, 'stopped');
  watchdog.stop();
  if (why === 'start over' && launched !== null) relaunch(launched.launcher);
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
    : [createLateDockerRuntime({ device: `${tenant}/${device}`, socketPath: config.dockerSocket })]),
];

/** Whatever hangs, the service manager is not kept waiting longer. */
const STOP_MS = 15_000;

function untilToldToStop(log: Logger): Promise<'stop'> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => {
        log.info({ signal }, 'stopping');
        resolve('stop');
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
