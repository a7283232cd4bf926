import { useMutation, useQueryClient } from '@tanstack/react-query';
import { openSession } from '@wherry/protocol';
import { useEffect, useState } from 'react';
import { api } from '../api/client.ts';
import { changeSession } from '../api/session.ts';
import { Field } from '../parts/Field.tsx';
import { sentenceOf } from '../words/problem.ts';

export function SignInPage() {
  const queries = useQueryClient();
  const [token, setToken] = useState('');
  const signIn = useMutation({
    mutationFn: () => api.call(openSession, { body: { token: token.trim() } }),
    onSuccess: (session) => changeSession(queries, session),
  });
  useEffect(() => {
    document.title = 'Sign in · Wherry';
  }, []);
  return (
    <main className="sign-in">
      <form
        className="panel"
        onSubmit={(event) => {
          event.preventDefault();
          signIn.mutate();
        }}
      >
        <h1>
          <img src="/wherry.svg" alt="" width="32" height="32" /> Wherry
        </h1>
        <Field
          label="Operator token"
          hint={
            <>
              The first start of the server writes one to <code>admin-token</code> in its data folder.
            </>
          }
          error={signIn.error ? sentenceOf(signIn.error) : undefined}
        >
          {(ids) => (
            <input
              {...ids}
              type="password"
              name="token"
              autoComplete="current-password"
              spellCheck={false}
              required
              maxLength={256}
              placeholder="wop1.…"
              value={token}
              onChange={(event) => setToken(event.target.value)}
            />
          )}
        </Field>
        <button type="submit" className="primary" disabled={signIn.isPending}>
          {signIn.isPending ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
    </main>
  );
}
