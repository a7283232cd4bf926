import { type AuthorityStatus, type Outcome, moveAuthority as operation, refuse, succeed } from '@wherry/protocol';
import { audit } from './audit.ts';
import type { AppContext } from './context.ts';
import { authorityOf } from './identity/authority-of.ts';
import { cutOff, type Devices } from './identity/cut-off.ts';
import { endEveryIdentity } from './identity/end-identity.ts';
import { refuseOutsiders } from './tenants/refuse-outsiders.ts';
import { transact } from './transact.ts';
import type { UseCase } from './use-cases.ts';
import { authorityView } from './views/authority-view.ts';

/**
 * One step of a roll-over. It is in the log before it is gone, and only if it can be: the keys are files, so a crash in between leaves an entry
 * without its step, which is asked for again, and never a step without its entry. The sessions that `replace` ends are noted in the same
 * transaction, for whoever goes on after such a crash (`endSessions`). Codes: forbidden, not_found, not_allowed_in_state;
 * thrown: conflict.
 */
export const moveAuthority: UseCase<'moveAuthority'> = async (context, caller, input) => {
  const { step, anyway, heardWithinDays } = operation.body.parse(input.body);
  const refused = refuseOutsiders(caller);
  if (refused) return refused;
  const found = authorityOf(context);
  if (!found.ok) return found;
  let struck: Devices = [];
  const stepped = await found.value.step(step, context.clock.nowMs(), async () => {
    const before = await authorityView(context, heardWithinDays);
    if (!before.ok) return before;
    const { current, devices } = before.value;
    const early = anyway ? null : tooEarly(step, before.value);
    if (early) return early;
    return await transact(context, caller.tenant, async (work) => {
      await audit(work, caller, 'move_authority', step, { anyway, heardWithinDays, current, devices });
      struck = step === 'replace' ? await endEveryIdentity(work) : [];
      return succeed(undefined);
    });
  });
  if (!stepped.ok) return stepped;
  await context.broker.refresh?.();
  await cutOff(context, await whoIsThere(context, struck));
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

/** Those that have a session, here or at another process. */
async function whoIsThere({ broker, store }: AppContext, devices: Devices): Promise<Devices> {
  const there: { tenant: string; device: string }[] = [];
  for (const { tenant, device } of devices)
    if (broker.isConnected(tenant, device) || (await store.devices.holder(tenant, device)) !== null)
      there.push({ tenant, device });
  return there;
}
