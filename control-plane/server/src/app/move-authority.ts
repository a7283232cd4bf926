import { type AuthorityStatus, type Outcome, moveAuthority as operation, refuse, succeed } from '@wherry/protocol';
import { audit } from './audit.ts';
import type { AppContext } from './context.ts';
import { noAuthority } from './identity/no-authority.ts';
import { refuseOutsiders } from './tenants/refuse-outsiders.ts';
import { transact } from './transact.ts';
import type { UseCase } from './use-cases.ts';
import { authorityView } from './views/authority-view.ts';

/**
 * One step of a roll-over. It is in the log before it is gone: the keys are files, so a crash in between leaves an entry without its step, which
 * is asked for again, and never a step without its entry. Codes: forbidden, unavailable, not_allowed_in_state.
 */
export const moveAuthority: UseCase<'moveAuthority'> = async (context, caller, input) => {
  const { step, anyway, heardWithinDays } = operation.body.parse(input.body);
  const { authority } = context;
  const refused = refuseOutsiders(caller) ?? noAuthority(context);
  if (refused || !authority) return refused ?? refuse('unavailable', 'no authority');
  const may = authority.mayStep(step);
  if (!may.ok) return may;
  const before = await authorityView(context, heardWithinDays);
  if (!before.ok) return before;
  const early = anyway ? null : tooEarly(step, before.value);
  if (early) return early;
  const cutOff = await transact(context, caller.tenant, async (work) => {
    const { current, devices } = before.value;
    await audit(work, caller, 'move_authority', step, { anyway, heardWithinDays, current, devices });
    return succeed(step === 'replace' ? await work.repositories.certificates.revokeEvery(work.nowMs) : []);
  });
  if (!cutOff.ok) return cutOff;
  const stepped = await authority.step(step, context.clock.nowMs());
  if (!stepped.ok) return stepped;
  await context.broker.refresh?.();
  await endAll(context, cutOff.value);
  return await authorityView(context, heardWithinDays);
};

/** Devices that have not moved would not believe the server, or would be believed no more. */
function tooEarly(step: string, { devices, heardWithinDays }: AuthorityStatus): Outcome<never> | null {
  if ((step !== 'switch' && step !== 'finish') || devices.waiting === 0) return null;
  return refuse(
    'not_allowed_in_state',
    `${devices.waiting} devices that were heard within ${heardWithinDays} days have not moved yet: wait for them, wait for fewer days, or say that it is to be done anyway`,
  );
}

async function endAll(context: AppContext, devices: readonly { tenant: string; device: string }[]): Promise<void> {
  for (const { tenant, device } of devices)
    if (context.broker.isConnected(tenant, device)) await context.broker.kick(tenant, device);
}
