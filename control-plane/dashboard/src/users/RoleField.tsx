import { ROLES, type Role } from '@wherry/protocol';
import { Field } from '../parts/Field.tsx';

/** What each role may do, beside what the ones before it may. */
const ROLE_WORDS: Readonly<Record<Role, string>> = {
  viewer: 'sees everything, changes nothing',
  operator: 'also devices, claim tokens, secrets and rollouts',
  publisher: 'also publishes releases',
  admin: 'also users, tokens, settings and trust',
};

interface RoleFieldProps {
  readonly role: Role;
  readonly onRole: (role: Role) => void;
}

export function RoleField({ role, onRole }: RoleFieldProps) {
  return (
    <Field label="Role" hint={`${role}: ${ROLE_WORDS[role]}`}>
      {(ids) => (
        <select {...ids} value={role} onChange={({ target }) => onRole(target.value as Role)}>
          {ROLES.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      )}
    </Field>
  );
}
