import { useQuery } from '@tanstack/react-query';
import { createUser, listUsers, type User } from '@wherry/protocol';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { useMay, useSession } from '../api/session.ts';
import { Loaded } from '../parts/Loaded.tsx';
import { Notice } from '../parts/Notice.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';
import { type Column, Table } from '../parts/Table.tsx';
import { NewUserDialog } from './NewUserDialog.tsx';
import { UserDialog } from './UserDialog.tsx';

export function UsersPage() {
  const session = useSession();
  const may = useMay(createUser);
  const users = useQuery({ queryKey: KEYS.users, queryFn: () => api.call(listUsers, {}) });
  const [isAdding, setAdding] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  const columns: readonly Column<User>[] = [
    { head: 'User', isName: true, cell: ({ name }) => name },
    { head: 'Role', cell: ({ role }) => role },
    { head: 'Signs in', cell: ({ source }) => (source === 'oidc' ? 'through the provider' : 'with a password') },
    { head: 'Last', cell: ({ signedInAtMs }) => <RelativeTime atMs={signedInAtMs} /> },
    { head: 'Sessions', isNumber: true, cell: ({ sessions }) => sessions },
    {
      head: 'Change',
      cell: ({ name }) =>
        may ? (
          <button type="button" onClick={() => setChosen(name)} aria-label={`Change ${name}`}>
            Change
          </button>
        ) : null,
    },
  ];
  const shown = users.data?.items.find(({ name }) => name === chosen);
  return (
    <>
      <PageHead title="Users" sub={`people who sign in to ${session.tenant}`}>
        {may ? (
          <button type="button" className="primary" onClick={() => setAdding(true)}>
            Add a user
          </button>
        ) : null}
      </PageHead>
      {session.kind === 'token' && may ? (
        <Notice tone="watch">
          You are signed in with the token {session.operator}. Tokens are for programs: make an account for yourself,
          and sign in with it.
        </Notice>
      ) : null}
      <Loaded query={users}>
        {({ items }) =>
          items.length === 0 ? (
            <div className="empty">
              <h2>No users yet</h2>
              <p>Everybody who works here gets an account of their own, so that the audit log can tell them apart.</p>
            </div>
          ) : (
            <Table caption="Users" columns={columns} rows={items} rowKey={({ name }) => name} />
          )
        }
      </Loaded>
      {isAdding ? <NewUserDialog onClose={() => setAdding(false)} /> : null}
      {shown ? <UserDialog user={shown} onClose={() => setChosen(null)} /> : null}
    </>
  );
}
