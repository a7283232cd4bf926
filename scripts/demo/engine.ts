import { engineAnswers, engineMissing, startEngine } from '@wherry/agent/testing/engine';
import type { Narrator } from './narrator.ts';

const MACHINE_SOCKET = '/var/run/docker.sock';

/** A container engine for the demo: a private one where this may be started, else the machine's own, else none. */
export interface DemoEngine {
  readonly socket: string | null;
  close(): Promise<void>;
}

export async function openEngine(narrator: Narrator): Promise<DemoEngine> {
  if (!engineMissing()) {
    const engine = await startEngine();
    narrator.say(`a container engine of its own at ${engine.socketPath}`);
    return { socket: engine.socketPath, close: () => engine.stop() };
  }
  if (await engineAnswers(MACHINE_SOCKET)) {
    narrator.say(`the container engine of this machine at ${MACHINE_SOCKET}`);
    return { socket: MACHINE_SOCKET, close: async () => undefined };
  }
  narrator.say('no container engine here: every device runs Wasm');
  return { socket: null, close: async () => undefined };
}
