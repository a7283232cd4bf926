import { useMutation } from '@tanstack/react-query';
import { createOperatorToken, ROLES, type Role, type Scope } from '@wherry/protocol';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { Field } from '../parts/Field.tsx';
import { ErrorNotice, Notice } from '../parts/Notice.tsx';
import { ScopeFields, scopesOf } from './ScopeFields.tsx';

const DAY_MS = 86_400_000;
const TERMS = [
  ['until it is revoked', 0],
  ['7 days', 7 * DAY_MS],
  ['90 days', 90 * DAY_MS],
  ['1 year', 365 * DAY_MS],
] as const;

export function NewOperatorToken({ onMade }: { readonly onMade: () => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [scopes, setScopes] = useState<readonly Scope[] | null>(null);
  const [ttlMs, setTtlMs] = useState(0);
  const given = scopes?.filter((scope) => scopesOf(role).includes(scope)) ?? null;
  const make = useMutation({
    mutationFn: () => {
      const term = ttlMs === 0 ? {} : { ttlMs };
      return api.call(createOperatorToken, { body: { name, role, scopes: given && [...given], ...term } });
    },
    onSuccess: () => {
      setName('');
      onMade();
    },
  });
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      <div className="field-row">
        <Field label="Name">
          {(ids) => (
            <input {...ids} required maxLength={64} value={name} onChange={({ target }) => setName(target.value)} />
          )}
        </Field>
        <Field label="Role">
          {(ids) => (
            <select {...ids} value={role} onChange={({ target }) => setRole(target.value as Role)}>
              {ROLES.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Valid">
          {(ids) => (
            <select {...ids} value={ttlMs} onChange={({ target }) => setTtlMs(Number(target.value))}>
              {TERMS.map(([words, value]) => (
                <option key={value} value={value}>
                  {words}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <ScopeFields role={role} scopes={scopes} onScopes={setScopes} />
      <ErrorNotice error={make.error} />
      {make.data ? (
        <Notice tone="watch">
          The token of {make.data.name}, shown only now:
          <code className="digest">{make.data.token}</code>
        </Notice>
      ) : null}
      <div className="actions">
        <button type="submit" disabled={make.isPending || given?.length === 0}>
          Make a token
        </button>
      </div>
    </form>
  );
}
