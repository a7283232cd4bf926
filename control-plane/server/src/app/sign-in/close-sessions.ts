import { succeed } from '@wherry/protocol';
import { audit } from '../audit.ts';
import type { SignedIn } from '../authenticate-operator.ts';
import type { AppContext } from '../context.ts';
import { transact } from '../transact.ts';

/** Every session of whoever asks ends. An operator token itself goes on: it is revoked, not signed out. */
export async function closeSessions(context: AppContext, { caller, holder }: SignedIn): Promise<void> {
  await transact(context, caller.tenant, async (work) => {
    const count = await work.repositories.sessions.removeOf(caller.tenant, holder);
    await audit(work, caller, 'close_sessions', caller.operator, { count });
    return succeed(undefined);
  });
}
