import { INSTALLATION_TENANT, type Outcome, refuse } from '@wherry/protocol';
import type { Caller } from '../use-cases.ts';

/** What is about the whole installation is for its own tenant only. Code: forbidden. */
export function refuseOutsiders({ tenant }: Pick<Caller, 'tenant'>): Outcome<never> | null {
  if (tenant === INSTALLATION_TENANT) return null;
  return refuse(
    'forbidden',
    'this is about the whole installation: only an admin of the installation itself may do it',
  );
}
