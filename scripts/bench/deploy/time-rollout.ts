import { getRollout, type Rollout, rolloutRequest, startRollout } from '@wherry/protocol';
import type { ControlPlane } from '../../fleet/control-plane.ts';
import { openStream } from '../rollout/stream-reader.ts';

const WITHIN_MS = 30_000;

/** Starts a rollout to the one device; ms from `beganMs` until the API answers that it is completed. Asked again at each hint, as a page does. */
export async function timeRollout(
  controlPlane: ControlPlane,
  app: string,
  version: string,
  beganMs: number,
): Promise<number> {
  let hint = Promise.withResolvers<void>();
  const wake = () => {
    hint.resolve();
    hint = Promise.withResolvers<void>();
  };
  const stream = await openStream(controlPlane, wake);
  const timer = setTimeout(wake, WITHIN_MS);
  try {
    const body = rolloutRequest.parse({ app, version, waves: [{ size: { share: 1 } }], soakMs: 0 });
    const { id } = await controlPlane.client.call(startRollout, { body });
    for (;;) {
      const next = hint.promise;
      const rollout: Rollout = await controlPlane.client.call(getRollout, { params: { id } });
      if (rollout.state === 'completed') return performance.now() - beganMs;
      if (rollout.state !== 'running' || performance.now() - beganMs > WITHIN_MS)
        throw new Error(`${app}@${version} is ${rollout.state}: ${rollout.verdict?.sentence ?? 'it did not complete'}`);
      await next;
    }
  } finally {
    clearTimeout(timer);
    stream.close();
  }
}
