import { hasRole, OPERATIONS, type Operation, type Role, SCOPES, type Scope } from '@wherry/protocol';

interface ScopeFieldsProps {
  readonly role: Role;
  /** Null: everything that the role allows. */
  readonly scopes: readonly Scope[] | null;
  readonly onScopes: (scopes: readonly Scope[] | null) => void;
}

/** Only scopes that let the role do something: the table of operations says which. */
export function scopesOf(role: Role): readonly Scope[] {
  const operations = Object.values<Operation>(OPERATIONS).filter((operation) => hasRole({ role }, operation.role));
  return SCOPES.filter((scope) => operations.some((operation) => operation.scope === scope));
}

export function ScopeFields({ role, scopes, onScopes }: ScopeFieldsProps) {
  const toggle = (scope: Scope, isOn: boolean) =>
    onScopes(SCOPES.filter((each) => (each === scope ? isOn : (scopes ?? []).includes(each))));
  return (
    <fieldset className="scopes">
      <legend>Scopes</legend>
      <label className="check">
        <input
          type="checkbox"
          checked={scopes === null}
          onChange={({ target }) => onScopes(target.checked ? null : [])}
        />
        not limited by scopes
      </label>
      {scopes === null ? null : (
        <div className="scope-grid">
          {scopesOf(role).map((scope) => (
            <label key={scope} className="check">
              <input
                type="checkbox"
                checked={scopes.includes(scope)}
                onChange={({ target }) => toggle(scope, target.checked)}
              />
              <code>{scope}</code>
            </label>
          ))}
        </div>
      )}
    </fieldset>
  );
}
