import { mkdirSync } from 'node:fs';
import {
  createEffects,
  createHttpClient,
  type Effects,
  readTls,
  type TlsIdentity,
  takeIdentity,
} from '@wherry/agent/testing/identity';
import { type Outcome, PATHS } from '@wherry/protocol';

/** A device that is cut off at any effect of what it does about its identity, against a control plane that listens with TLS. */
export class Crash extends Error {}

/** Ends what happens at the n-th effect: nothing after it is done either. */
export function crashingAt(n: number): Effects {
  const plain = createEffects();
  return {
    count: plain.count,
    steps: plain.steps,
    run(name, action) {
      if (plain.count() + 1 >= n) throw new Crash(name);
      return plain.run(name, action);
    },
  };
}

export function given<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new Error(JSON.stringify(outcome.problems));
}

export function tlsOf(folder: string): TlsIdentity {
  return given(readTls(folder)) as TlsIdentity;
}

export async function takeInto(folder: string, serverUrl: string, token: string, effects: Effects): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const root = Buffer.from('{}');
  await takeIdentity({ serverUrl, token, folder, root, target: 'test-board', labels: {} }, effects);
}

/** Lends a client that shows what `tls` answers at each connection. */
export async function withClient<T>(
  tls: () => TlsIdentity,
  use: (client: ReturnType<typeof createHttpClient>) => Promise<T>,
): Promise<T> {
  const client = createHttpClient({ tls });
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

/** What the server says to a device that reads its desired state; null when the device does not believe it. */
export function desiredStatus(folder: string, serverUrl: string): Promise<number | null> {
  return withClient(
    () => tlsOf(folder),
    async (client) => {
      try {
        const answer = await client.request(serverUrl + PATHS.deviceDesired);
        answer.discard();
        return answer.status;
      } catch {
        return null;
      }
    },
  );
}
