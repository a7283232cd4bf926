import { fork } from 'node:child_process';
import { resolve } from 'node:path';
import type { FleetFigures, FromFleet, ToFleet } from './fleet-messages.ts';
import type { DeviceIdentity } from './identities.ts';

/** The simulated devices, in a process of their own so that their work is not taken for the server's. */
export interface BenchFleet {
  readonly pid: number;
  /** Resolves when every device has its session and its subscriptions. */
  connect(mqttUrl: string): Promise<void>;
  figures(): Promise<FleetFigures>;
  /** Resolves with the moment (monotonic ms) at which the next device sends that it failed. */
  nextFailure(): Promise<number>;
  end(): Promise<void>;
}

const CONNECTING_AT_ONCE = 200;

export function startFleet(devices: readonly DeviceIdentity[]): BenchFleet {
  const child = fork(resolve(import.meta.dirname, 'fleet-process.ts'), { serialization: 'advanced' });
  const waiting = new Map<FromFleet['type'], (message: never) => void>();
  let fail: (error: Error) => void = () => {};
  const broken = new Promise<never>((_, reject) => {
    fail = reject;
  });
  broken.catch(() => {});
  child.on('message', (message: FromFleet) => {
    if (message.type === 'broken') fail(new Error(`the simulated fleet broke: ${message.reason}`));
    const resolveWaiting = waiting.get(message.type);
    waiting.delete(message.type);
    resolveWaiting?.(message as never);
  });
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  void ended.then(() => fail(new Error('the process of the simulated fleet ended')));
  const send = (message: ToFleet) => child.send(message);
  const next = <T extends FromFleet['type']>(type: T) =>
    Promise.race([
      broken,
      new Promise<Extract<FromFleet, { type: T }>>((done) => waiting.set(type, done as (message: never) => void)),
    ]);
  return {
    pid: child.pid as number,
    async connect(mqttUrl) {
      const { hostname, port } = new URL(mqttUrl);
      const connected = next('connected');
      send({ type: 'connect', host: hostname, port: Number(port), devices, atOnce: CONNECTING_AT_ONCE });
      await connected;
    },
    async figures() {
      const answer = next('figures');
      send({ type: 'figures' });
      return (await answer).figures;
    },
    async nextFailure() {
      return (await next('failing')).atMs;
    },
    async end() {
      if (child.connected) send({ type: 'end' });
      await ended;
    },
  };
}
