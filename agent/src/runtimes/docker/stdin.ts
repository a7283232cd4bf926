import { Agent, request } from 'node:http';
import type { Socket } from 'node:net';
import { WherryError } from '@wherry/protocol';
import type { EngineClient } from './client.ts';
import { DOCKER_LIMITS } from './limits.ts';

/**
 * The standard input of a container. A container that does not read fills its pipe, then the bound here; from then on
 * lines are refused rather than kept.
 */
export interface ContainerInput {
  /** False when the container does not take the line. */
  write(line: string): boolean;
  /** The engine has ended it. */
  isCut(): boolean;
  close(): void;
}

export async function attachInput(client: EngineClient, containerId: string): Promise<ContainerInput> {
  const stream = await openAttached(client, `/containers/${containerId}/attach?stream=1&stdin=1`);
  stream.resume();
  // Whatever ends the stream ends this way into the container: `write` says so from then on.
  stream.on('error', () => stream.destroy());
  return {
    write(line) {
      if (stream.destroyed || !stream.writable) return false;
      if (stream.writableLength + line.length > DOCKER_LIMITS.inputBytes) return false;
      stream.write(line);
      return true;
    },
    isCut: () => stream.destroyed || !stream.writable,
    close: () => stream.destroy(),
  };
}

/** The client library writes its options into the body of this request, which Podman hands to the container as its first line. */
function openAttached(client: EngineClient, path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const asked = request({
      socketPath: client.socketPath,
      path,
      method: 'POST',
      headers: { connection: 'Upgrade', upgrade: 'tcp', 'content-length': 0 },
      agent: new Agent({ keepAlive: false }),
      timeout: client.patience.callMs,
    });
    asked.on('upgrade', (_answer, socket: Socket) => {
      socket.setTimeout(0);
      resolve(socket);
    });
    asked.on('response', (answer) => {
      answer.destroy();
      reject(new WherryError('start_failed', `the engine answered ${answer.statusCode} to an attachment`));
    });
    asked.on('timeout', () =>
      asked.destroy(Object.assign(new Error('the engine does not answer'), { code: 'ETIMEDOUT' })),
    );
    asked.on('error', reject);
    asked.end();
  });
}
