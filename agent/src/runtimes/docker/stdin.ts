import type { Duplex } from 'node:stream';
import type { EngineClient } from './client.ts';
import { DOCKER_LIMITS } from './limits.ts';

/**
 * The standard input of a container. A container that does not read fills its pipe, then the bound here; from then on
 * lines are refused rather than kept.
 */
export interface ContainerInput {
  /** False when the container does not take the line. */
  write(line: string): boolean;
  close(): void;
}

export async function attachInput(client: EngineClient, containerId: string): Promise<ContainerInput> {
  const options = { stream: true, stdin: true, stdout: false, stderr: false, hijack: true };
  const stream: Duplex = (await client.slow.getContainer(containerId).attach(options)) as Duplex;
  stream.resume();
  // Whatever ends the stream ends the container's input: `write` says so from then on.
  stream.on('error', () => stream.destroy());
  return {
    write(line) {
      if (stream.destroyed || !stream.writable) return false;
      if (stream.writableLength + line.length > DOCKER_LIMITS.inputBytes) return false;
      stream.write(line);
      return true;
    },
    close: () => stream.destroy(),
  };
}
