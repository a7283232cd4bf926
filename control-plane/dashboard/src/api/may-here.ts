import {
  addTenant,
  getAuthority,
  INSTALLATION_TENANT,
  listTenants,
  mayCall,
  moveAuthority,
  type Operation,
  type Session,
} from '@wherry/protocol';

/** What is about the whole installation is refused to admins of other tenants. */
const OF_INSTALLATION: readonly Operation[] = [listTenants, addTenant, getAuthority, moveAuthority];

/** The server decides, by the same rules; this only leaves out what it would refuse. */
export function mayHere(session: Session, operation: Operation): boolean {
  if (session.tenant !== INSTALLATION_TENANT && OF_INSTALLATION.includes(operation)) return false;
  return mayCall(session, operation);
}
