import { useState } from 'react';
import { Field } from '../parts/Field.tsx';
import { sentenceOf } from '../words/problem.ts';

export interface SignInFormProps<Body> {
  readonly error: unknown;
  readonly isPending: boolean;
  readonly onSignIn: (body: Body) => void;
}

export function TokenForm({ error, isPending, onSignIn }: SignInFormProps<{ token: string }>) {
  const [token, setToken] = useState('');
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        onSignIn({ token: token.trim() });
      }}
    >
      <Field
        label="Operator token"
        hint={
          <>
            The first start of the server writes one to <code>admin-token</code> in its data folder.
          </>
        }
        error={error ? sentenceOf(error) : undefined}
      >
        {(ids) => (
          <input
            {...ids}
            type="password"
            name="token"
            autoComplete="off"
            spellCheck={false}
            required
            maxLength={256}
            placeholder="wop1.…"
            value={token}
            onChange={({ target }) => setToken(target.value)}
          />
        )}
      </Field>
      <button type="submit" className="primary" disabled={isPending}>
        {isPending ? 'Signing in…' : 'Sign in'}
      </button>
    </form>
  );
}
