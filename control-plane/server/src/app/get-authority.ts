import { getAuthority as operation } from '@wherry/protocol';
import { refuseOutsiders } from './tenants/refuse-outsiders.ts';
import type { UseCase } from './use-cases.ts';
import { authorityView } from './views/authority-view.ts';

/** Codes: forbidden, not_found. */
export const getAuthority: UseCase<'getAuthority'> = async (context, caller, { query }) => {
  const { heardWithinDays } = operation.query.parse(query ?? {});
  return refuseOutsiders(caller) ?? (await authorityView(context, heardWithinDays));
};
