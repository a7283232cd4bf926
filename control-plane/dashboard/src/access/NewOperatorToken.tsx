import { useMutation } from '@tanstack/react-query';
import { createOperatorToken, ROLES, type Role } from '@wherry/protocol';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { Field } from '../parts/Field.tsx';
import { ErrorNotice, Notice } from '../parts/Notice.tsx';

export function NewOperatorToken({ onMade }: { readonly onMade: () => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const make = useMutation({
    mutationFn: () => api.call(createOperatorToken, { body: { name, role } }),
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
      </div>
      <ErrorNotice error={make.error} />
      {make.data ? (
        <Notice tone="watch">
          The token of {make.data.name}, shown only now:
          <code className="digest">{make.data.token}</code>
        </Notice>
      ) : null}
      <div className="actions">
        <button type="submit" disabled={make.isPending}>
          Make a token
        </button>
      </div>
    </form>
  );
}
