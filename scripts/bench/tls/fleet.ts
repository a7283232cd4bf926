import { fork } from 'node:child_process';
import { resolve } from 'node:path';
import type { ConnectOrder, FromTlsFleet, RoundFigures, ToTlsFleet } from './fleet-messages.ts';

/** Devices with certificates, in another process. */
export interface TlsFleet {
  connect(order: Omit<ConnectOrder, 'type'>): Promise<RoundFigures>;
  /** All at once; tickets are kept. */
  close(): Promise<void>;
  /** With the tickets. */
  comeBack(): Promise<RoundFigures>;
  end(): void;
}

export function startTlsFleet(): TlsFleet {
  const child = fork(resolve(import.meta.dirname, 'fleet-process.ts'), { serialization: 'advanced' });
  const ask = (message: ToTlsFleet) =>
    new Promise<FromTlsFleet>((done, fail) => {
      const onExit = () => fail(new Error('the process of the devices ended'));
      child.once('exit', onExit);
      child.once('message', (answer: FromTlsFleet) => {
        child.off('exit', onExit);
        if (answer.type === 'failed') fail(new Error(answer.reason));
        else done(answer);
      });
      child.send(message);
    });
  return {
    connect: async (order) => (await ask({ type: 'connect', ...order })) as RoundFigures,
    async close() {
      await ask({ type: 'close' });
    },
    comeBack: async () => (await ask({ type: 'return' })) as RoundFigures,
    end: () => void child.kill('SIGKILL'),
  };
}
