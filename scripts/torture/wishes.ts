import { AGENT_APP, abortRollout, getRollout, type Rollout, rolloutRequest, startRollout } from '@wherry/protocol';
import { eventually } from '../fleet/eventually.ts';
import type { Stage, StageDevice } from './stage.ts';
import { isOfAgent, type WishKind } from './steps.ts';

/** What the operator wants of one device next: a release that is good, or one whose health check fails. */
export interface Wish {
  readonly kind: WishKind;
  readonly app: string;
  readonly counter: number;
  readonly version: string;
  readonly isBad: boolean;
  readonly rollout: Rollout['id'] | null;
}

/** The control plane may be away for a moment: it is killed too. */
const PATIENCE_MS = 30_000;
const ENDED: ReadonlySet<string> = new Set(['completed', 'aborted']);
const NEVER_HALTS = { minSuccess: 0, maxFailures: 1_000, maxFailureRate: 1, minSample: 1 };

export async function wish(stage: Stage, device: StageDevice, counter: number, kind: WishKind): Promise<Wish> {
  const isBad = kind === 'rollback' || kind === 'self-return';
  const app = isOfAgent(kind) ? AGENT_APP : device.name;
  const { client } = stage.controlPlane;
  const version = isOfAgent(kind)
    ? await patiently('publish an agent', () => stage.publisher.publishAgent(isBad), null)
    : `1.${counter}.0`;
  if (version === null) throw new TypeError('publishing answers a version');
  if (!isOfAgent(kind))
    await patiently(`publish ${version}`, () => stage.publisher.publish(device.name, counter, isBad), null);
  const body = rolloutRequest.parse({
    app,
    version,
    selector: `lane=${device.name}`,
    waves: [{ size: { share: 1 } }],
    gate: NEVER_HALTS,
    soakMs: 0,
    deadlineMs: 600_000,
  });
  const started = await patiently(
    `roll out ${version}`,
    () => client.call(startRollout, { body }),
    // The answer to the first try was lost with the control plane: the device is assigned already.
    'no_devices_match',
  );
  return { kind, app, counter, version, isBad, rollout: started?.id ?? null };
}

/** An operator who moves on: what is left of the rollout is ended, so that the next one finds the device free. */
export async function conclude(stage: Stage, { rollout }: Wish): Promise<void> {
  const { client } = stage.controlPlane;
  if (rollout === null) return;
  const params = { id: rollout };
  const found = await patiently('read a rollout', () => client.call(getRollout, { params }), null);
  if (found === null || ENDED.has(found.state)) return;
  const abort = () => client.call(abortRollout, { params, body: { reached: 'keep' } });
  await patiently('end a rollout', abort, 'not_allowed_in_state');
}

/** Null when the control plane answers that it is done. */
async function patiently<T>(what: string, ask: () => Promise<T>, doneCode: string | null): Promise<T | null> {
  const answer = await eventually(
    what,
    PATIENCE_MS,
    async () => {
      try {
        return { value: await ask() };
      } catch (error) {
        if (doneCode !== null && codeOf(error) === doneCode) return { value: null };
        throw error;
      }
    },
    200,
  );
  return answer.value;
}

function codeOf(error: unknown): string | undefined {
  return (error as { problem?: { code?: string } } | null)?.problem?.code;
}
