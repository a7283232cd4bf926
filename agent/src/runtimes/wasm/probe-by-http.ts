import { type Outcome, refuse, succeed } from '@wherry/protocol';
import type { CallOutcome, TriggerEvent } from '../port.ts';

/** Asks a program by its own http trigger whether it is well. Code: health_failed. */
export async function probeByHttp(
  path: string,
  call: (event: TriggerEvent) => Promise<CallOutcome>,
): Promise<Outcome<void>> {
  const outcome = await call({ on: 'http', method: 'GET', path, query: '', headers: {}, body: new Uint8Array(0) });
  if (!outcome.ok) return refuse('health_failed', outcome.problems[0]?.message ?? 'no reason given');
  const status = outcome.value.answer?.status ?? 0;
  return status >= 200 && status < 400 ? succeed(undefined) : refuse('health_failed', `${path} answered ${status}`);
}
