import { Agent, request } from 'node:http';
import type { EngineClient } from './client.ts';

/**
 * Waits until a container has ended, however long that takes; false when the engine went away, or refused. Engines answer with headers at
 * once and with the rest at the end; of a connection that is cut in between, the client library tells nobody.
 */
export function waitForEnd({ socketPath }: EngineClient, containerId: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({
      socketPath,
      path: `/containers/${containerId}/wait`,
      method: 'POST',
      headers: { 'content-length': 0 },
      agent: new Agent({ keepAlive: false }),
    });
    asked.on('response', (answer) => {
      answer.on('error', () => undefined);
      answer.once('close', () => resolve(answer.complete && answer.statusCode === 200));
      answer.resume();
    });
    asked.on('error', () => resolve(false));
    asked.end();
  });
}
