import { getAuthority as operation } from '@wherry/protocol';
import { noAuthority } from './identity/no-authority.ts';
import { refuseOutsiders } from './tenants/refuse-outsiders.ts';
import type { UseCase } from './use-cases.ts';
import { authorityView } from './views/authority-view.ts';

/** Codes: forbidden, unavailable. */
export const getAuthority: UseCase<'getAuthority'> = async (context, caller, { query }) => {
  const { heardWithinDays } = operation.query.parse(query ?? {});
  const refused = refuseOutsiders(caller) ?? noAuthority(context);
  return refused ?? (await authorityView(context, heardWithinDays));
};
