import { type Outcome, refuse, succeed } from '@wherry/protocol';
import type { ContainerInspectInfo } from 'dockerode';
import { createHttpClient } from '../../link/http-client.ts';
import { DOCKER_LIMITS } from './limits.ts';

/** Whether the engine's account of a container counts as well: it runs, and its HEALTHCHECK, if it has one, passes. */
export function judgeState(state: ContainerInspectInfo['State']): Outcome<void> {
  if (!state.Running) return refuse('health_failed', `the container does not run: ${state.Status}`);
  const health = state.Health;
  if (!health || health.Status === 'none' || health.Status === '' || health.Status === 'healthy')
    return succeed(undefined);
  if (health.Status === 'starting') return refuse('health_failed', 'the HEALTHCHECK of the image has not passed yet');
  const output = health.Log?.at(-1)?.Output.trim() ?? '';
  return refuse('health_failed', `the HEALTHCHECK of the image fails: ${output}`.slice(0, 512));
}

const client = createHttpClient();

/** Asks the published port of a container: any answer below 400 is well. */
export async function probeHttp(port: number, path: string): Promise<Outcome<void>> {
  try {
    const answer = await client.request(`http://127.0.0.1:${port}${path}`, {
      redirect: 'answer',
      signal: AbortSignal.timeout(DOCKER_LIMITS.httpProbeMs),
    });
    answer.discard();
    if (answer.status < 400) return succeed(undefined);
    return refuse('health_failed', `${path} answered ${answer.status}`);
  } catch (error) {
    return refuse('health_failed', `${path} did not answer: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The port of the host that a container's port was published on. */
export function publishedPort(info: ContainerInspectInfo, containerPort: number): number | undefined {
  const bindings = info.NetworkSettings.Ports?.[`${containerPort}/tcp`] ?? [];
  const port = Number(bindings?.find((binding) => binding.HostIp !== '::')?.HostPort);
  return Number.isInteger(port) && port > 0 ? port : undefined;
}
