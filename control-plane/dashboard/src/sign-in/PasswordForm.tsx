import type { TenantId } from '@wherry/protocol';
import { useState } from 'react';
import { Field } from '../parts/Field.tsx';
import { PasswordField } from '../users/PasswordField.tsx';
import { sentenceOf } from '../words/problem.ts';
import type { SignInFormProps } from './TokenForm.tsx';

interface Credentials {
  readonly tenant: TenantId;
  readonly user: string;
  readonly password: string;
}

export function PasswordForm({ error, isPending, onSignIn }: SignInFormProps<Credentials>) {
  const [fields, setFields] = useState({ user: '', password: '', tenant: 'default' });
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        onSignIn({ ...fields, user: fields.user.trim().toLowerCase(), tenant: fields.tenant.trim() as TenantId });
      }}
    >
      <Field label="User">
        {(ids) => (
          <input
            {...ids}
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            maxLength={63}
            value={fields.user}
            onChange={({ target }) => setFields({ ...fields, user: target.value })}
          />
        )}
      </Field>
      <PasswordField
        label="Password"
        kind="current"
        error={error ? sentenceOf(error) : undefined}
        value={fields.password}
        onValue={(password) => setFields({ ...fields, password })}
      />
      <details>
        <summary>Another tenant</summary>
        <Field label="Tenant">
          {(ids) => (
            <input
              {...ids}
              name="tenant"
              required
              maxLength={63}
              value={fields.tenant}
              onChange={({ target }) => setFields({ ...fields, tenant: target.value })}
            />
          )}
        </Field>
      </details>
      <button type="submit" className="primary" disabled={isPending}>
        {isPending ? 'Signing in…' : 'Sign in'}
      </button>
    </form>
  );
}
