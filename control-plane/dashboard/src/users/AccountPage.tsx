import { useMutation, useQueryClient } from '@tanstack/react-query';
import { closeSessions } from '@wherry/protocol';
import { api } from '../api/client.ts';
import { changeSession, useSession } from '../api/session.ts';
import { ConfirmButton } from '../parts/ConfirmButton.tsx';
import { Facts } from '../parts/Facts.tsx';
import { ErrorNotice } from '../parts/Notice.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Panel } from '../parts/Panel.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';
import { ChangePassword } from './ChangePassword.tsx';

const KIND_WORDS = { token: 'an operator token', password: 'a password', oidc: 'the sign-in provider' } as const;

/** Whoever is signed in, about themselves. */
export function AccountPage() {
  const session = useSession();
  const queries = useQueryClient();
  const signOut = useMutation({
    mutationFn: () => api.call(closeSessions, {}),
    onSuccess: () => changeSession(queries, null),
  });
  return (
    <>
      <PageHead title="Account" sub={`${session.operator} in ${session.tenant}`} />
      <div className="panels">
        <Panel title="This session">
          <div className="stack">
            <Facts
              facts={[
                ['Role', session.role],
                ['Scopes', session.scopes === null ? 'all of the role' : session.scopes.join(', ')],
                ['Opened with', KIND_WORDS[session.kind]],
                ['Ends', <RelativeTime key="ends" atMs={session.expiresAtMs} />],
              ]}
            />
            <ErrorNotice error={signOut.error} />
            <div className="actions">
              <ConfirmButton words="Sign out everywhere" onConfirm={() => signOut.mutate()} />
            </div>
          </div>
        </Panel>
        {session.kind === 'password' ? <ChangePassword user={session.operator} /> : null}
      </div>
    </>
  );
}
