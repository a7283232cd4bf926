import {
  type DesiredState,
  desiredState,
  type Envelope,
  envelope,
  LIMITS,
  type Outcome,
  openEnvelope,
  PAYLOAD_TYPES,
  refuse,
  succeed,
} from '@wherry/protocol';
import { judgeDesired } from '../core/acceptance.ts';
import type { DirectorKeys } from './judge-release.ts';
import { digestOf, readPayload } from './payload.ts';

/**
 * From a stranger's bytes to "this is what the director wants of this device now". Order matters: who signed, for whom, how new, how
 * long. A refusal changes nothing: what runs goes on.
 */
export interface DesiredContext {
  readonly director: DirectorKeys;
  readonly tenant: string;
  readonly device: string;
  /** The newest accepted one. */
  readonly accepted: { readonly generation: number; readonly digest: string } | null;
  /** max(highest signed time, clock): a clock that was set back does not make an old document young. */
  readonly nowMs: number;
}

export interface VerifiedDesired {
  readonly state: DesiredState;
  readonly digest: string;
  /** False: it is the accepted one again. */
  readonly isNew: boolean;
}

/**
 * Codes: envelope_malformed, payload_too_large, key_unknown, signature_invalid, invalid_message, wrong_device, generation_lower,
 * conflict (same generation, other content), expired.
 */
export function verifyDesired(sealed: unknown, context: DesiredContext): Outcome<VerifiedDesired> {
  const opened = openDesired(sealed, context);
  if (!opened.ok) return opened;
  const { state, digest } = opened.value;
  const judged = judgeDesired({ ...state, digest }, context.accepted, context.nowMs);
  return judged.ok ? succeed({ state, digest, isNew: judged.value.isNew }) : judged;
}

/** What was accepted before and is read back from disk: the signature must hold; time has passed. */
export function openDesired(
  sealed: unknown,
  context: Pick<DesiredContext, 'director' | 'tenant' | 'device'>,
): Outcome<{ readonly state: DesiredState; readonly digest: string }> {
  const parsed = envelope.safeParse(sealed);
  if (!parsed.success) return refuse('envelope_malformed', 'the desired state is not a signed envelope');
  if (parsed.data.payload.length > (LIMITS.desiredBytes * 4) / 3 + 4)
    return refuse('payload_too_large', `the desired state is larger than ${LIMITS.desiredBytes} bytes`);
  const opened = open(parsed.data, context.director);
  if (!opened.ok) return opened;
  const read = readPayload(opened.value.payload, desiredState, 'desired state', 'invalid_message');
  if (!read.ok) return read;
  const state = read.value;
  if (state.tenant !== context.tenant || state.device !== context.device)
    return refuse('wrong_device', `the desired state is for ${state.tenant}/${state.device}`);
  const apps = new Set(state.workloads.map((workload) => workload.app));
  if (apps.size !== state.workloads.length)
    return refuse('invalid_message', 'the desired state names an app more than once');
  return succeed({ state, digest: digestOf(opened.value.payload) });
}

function open(sealed: Envelope, { ring, threshold }: DirectorKeys) {
  return openEnvelope(sealed, PAYLOAD_TYPES.desired, ring.ids, ring.verify, threshold);
}
