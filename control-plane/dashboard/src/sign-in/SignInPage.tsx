import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getSignIn, type OperationInput, openSession } from '@wherry/protocol';
import { useEffect, useState } from 'react';
import { useSearchParams } from 'react-router';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { changeSession } from '../api/session.ts';
import { Notice } from '../parts/Notice.tsx';
import { Switch } from '../parts/Switch.tsx';
import { PasswordForm } from './PasswordForm.tsx';
import { ProviderLink } from './ProviderLink.tsx';
import { providerWords } from './provider-words.ts';
import { TokenForm } from './TokenForm.tsx';

const WAYS = [
  ['Account', 'account'],
  ['Operator token', 'token'],
] as const;
type Way = (typeof WAYS)[number][1];

export function SignInPage() {
  const queries = useQueryClient();
  const [search] = useSearchParams();
  const ways = useQuery({ queryKey: KEYS.signIn, queryFn: () => api.call(getSignIn, {}) });
  const [chosen, setChosen] = useState<Way | null>(null);
  // Before the first user is made there is only the token that the server wrote.
  const way = chosen ?? (ways.data?.hasUsers ? 'account' : 'token');
  const signIn = useMutation({
    mutationFn: (body: OperationInput<typeof openSession>['body']) => api.call(openSession, { body }),
    onSuccess: (session) => changeSession(queries, session),
  });
  useEffect(() => {
    document.title = 'Sign in · Wherry';
  }, []);
  const refusal = search.get('sign-in');
  const form = { error: signIn.error, isPending: signIn.isPending };
  return (
    <main className="sign-in">
      <div className="panel">
        <h1>
          <img src="/wherry.svg" alt="" width="32" height="32" /> Wherry
        </h1>
        {refusal === null ? null : <Notice tone="bad">{providerWords(refusal)}</Notice>}
        {ways.data?.oidc ? <ProviderLink name={ways.data.oidc.name} /> : null}
        {ways.data?.hasUsers ? (
          <Switch
            label="How to sign in"
            options={WAYS}
            value={way}
            onValue={(value) => {
              signIn.reset();
              setChosen(value);
            }}
          />
        ) : null}
        {ways.isPending ? null : way === 'account' ? (
          <PasswordForm {...form} onSignIn={signIn.mutate} />
        ) : (
          <TokenForm {...form} onSignIn={signIn.mutate} />
        )}
      </div>
    </main>
  );
}
