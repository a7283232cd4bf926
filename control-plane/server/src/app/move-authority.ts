import { type AuthorityStatus, type Outcome, moveAuthority as operation, refuse, succeed } from '@wherry/protocol';
import { audit } from './audit.ts';
import type { AppContext } from './context.ts';
import { authorityOf } from './identity/authority-of.ts';
import { cutOff } from './identity/cut-off.ts';
import { refuseOutsiders } from './tenants/refuse-outsiders.ts';
import { transact } from './transact.ts';
import type { UseCase } from './use-cases.ts';
import { authorityView } from './views/authority-view.ts';

/**
 * One step of a roll-over. It is in the log before it is gone: the keys are files, so a crash in between leaves an entry without its step, which
 * is asked for again, and never a step without its entry. Codes: forbidden, not_found, not_allowed_in_state.
 */
export const moveAuthority: UseCase<'moveAuthority'> = async (context, caller, input) => {
  const { step, anyway, heardWithinDays } = operation.body.parse(input.body);
  const refused = refuseOutsiders(caller);
  if (refused) return refused;
  const found = authorityOf(context);
  if (!found.ok) return found;
  const authority = found.value;
  const may = authority.mayStep(step);
  if (!may.ok) return may;
  const before = await authorityView(context, heardWithinDays);
  if (!before.ok) return before;
  const early = anyway ? null : tooEarly(step, before.value);
  if (early) return early;
  const struck = await transact(context, caller.tenant, async (work) => {
    const { current, devices } = before.value;
    await audit(work, caller, 'move_authority', step, { anyway, heardWithinDays, current, devices });
    return succeed(step === 'replace' ? await work.repositories.certificates.revokeEvery(work.nowMs) : []);
  });
  if (!struck.ok) return struck;
  const stepped = await authority.step(step, context.clock.nowMs());
  if (!stepped.ok) return stepped;
  await context.broker.refresh?.();
  await cutOff(context, await whoIsThere(context, struck.value));
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

type Devices = readonly { readonly tenant: string; readonly device: string }[];

/** Those that have a session, here or at another process. */
async function whoIsThere({ broker, store }: AppContext, devices: Devices): Promise<Devices> {
  const there: { tenant: string; device: string }[] = [];
  for (const { tenant, device } of devices)
    if (broker.isConnected(tenant, device) || (await store.devices.holder(tenant, device)) !== null)
      there.push({ tenant, device });
  return there;
}
