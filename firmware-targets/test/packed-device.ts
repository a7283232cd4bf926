import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AGENT_APP, type Device, getDevice } from '@wherry/protocol';
import { wherry } from '../../scripts/fleet/command-line.ts';
import { type ControlPlane, startControlPlane } from '../../scripts/fleet/control-plane.ts';
import { eventually } from '../../scripts/fleet/eventually.ts';
import { ROOT } from './pack.ts';

/**
 * A packed agent as a device of a real control plane: it claims its identity, is given a release that the real command line
 * signed, and reports. How its programs are started is the caller's: directly, or on an emulated machine.
 */
export interface Machine {
  /** The command that runs `wherry-agent` with these arguments. */
  command(args: readonly string[]): readonly string[];
}

export interface Scene {
  readonly controlPlane: ControlPlane;
  /** Runs an operator's `wherry …` and parses what it printed. */
  operator(args: readonly string[]): Promise<unknown>;
  claimToken(device: string): Promise<{ readonly token: string }>;
  /** Runs an agent's command to its end and returns what it printed. */
  agent(args: readonly string[], withinMs: number): Promise<string>;
  start(withinMs: number): Promise<ChildProcess>;
  /** Publishes `hello` and rolls it out to all devices. */
  rollOut(): Promise<void>;
  /** Waits until the control plane has heard that `hello` is healthy on the device. */
  healthy(withinMs: number): Promise<Device>;
  close(): Promise<void>;
}

const USAGE_EVERY_MS = 5_000;

export async function openScene(dir: string, device: string, machine: Machine): Promise<Scene> {
  mkdirSync(join(dir, 'server'), { recursive: true });
  const controlPlane = await startControlPlane({ dir: join(dir, 'server'), usageEveryMs: USAGE_EVERY_MS });
  const env = { WHERRY_SERVER: controlPlane.http, WHERRY_TOKEN: controlPlane.token, WHERRY_KEYS: join(dir, 'keys') };
  try {
    await wherry(['trust', 'init', '--app', 'hello', '--app', AGENT_APP, '--no-passphrase'], env);
    writeFileSync(join(dir, 'root.json'), JSON.stringify(await wherry(['trust', 'root'], env)));
  } catch (cause) {
    await controlPlane.program().stop();
    throw cause;
  }
  let running: ChildProcess | undefined;
  const launch = (args: readonly string[]) => {
    const [command = '', ...rest] = machine.command(args);
    return spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  };
  return {
    controlPlane,
    operator: (args) => wherry(args, env),
    claimToken: (name) => wherry(['device', 'claim-token', '--device', name], env),
    agent: (args, withinMs) => toItsEnd(launch(args), args, withinMs),
    async start(withinMs) {
      running = launch(['run', '--data', '/var/lib/wherry']);
      await firstLine(running, withinMs);
      return running;
    },
    async rollOut() {
      await wherry(['publish', join(ROOT, 'guest-sdk/examples/hello')], env);
      await wherry(['rollout', 'start', 'hello@1.0.0', '--soak', '0s'], env);
    },
    healthy: (withinMs) =>
      eventually(`hello is healthy on ${device}`, withinMs, async () => {
        const seen = await controlPlane.client.call(getDevice, { params: { device: device as Device['device'] } });
        return seen.workloads.some(({ app, state }) => app === 'hello' && state === 'healthy') ? seen : undefined;
      }),
    async close() {
      await end(running);
      await controlPlane.program().stop();
    },
  };
}

async function toItsEnd(child: ChildProcess, args: readonly string[], withinMs: number): Promise<string> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (text) => {
    stdout += text;
  });
  child.stderr?.on('data', (text) => {
    stderr += text;
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), withinMs);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  if (code !== 0) throw new Error(`wherry-agent ${args[0]} ended with ${code}: ${stderr.slice(-2_000)}`);
  return stdout;
}

async function firstLine(child: ChildProcess, withinMs: number): Promise<void> {
  let stderr = '';
  child.stderr?.on('data', (text) => {
    stderr = (stderr + text).slice(-8_000);
  });
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready within ${withinMs} ms: ${stderr}`)), withinMs);
    child.stdout?.once('data', () => {
      clearTimeout(timer);
      resolve();
    });
    child.once('close', (code) => reject(new Error(`the agent ended with ${code}: ${stderr}`)));
  });
}

/** SIGTERM as the service manager sends it; SIGKILL if that is not enough. */
export async function end(child: ChildProcess | undefined): Promise<number | null> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
  return ended.finally(() => clearTimeout(timer));
}
