import { useMutation, useQueryClient } from '@tanstack/react-query';
import { closeUserSessions, type Role, removeUser, setUserPassword, setUserRole, type User } from '@wherry/protocol';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { ConfirmButton } from '../parts/ConfirmButton.tsx';
import { Dialog } from '../parts/Dialog.tsx';
import { ErrorNotice, Notice } from '../parts/Notice.tsx';
import { NewPasswordForm } from './NewPasswordForm.tsx';
import { RoleField } from './RoleField.tsx';

interface UserDialogProps {
  readonly user: User;
  readonly onClose: () => void;
}

/** What an admin may do with an account; the provider decides about those that come from it. */
export function UserDialog({ user, onClose }: UserDialogProps) {
  const queries = useQueryClient();
  const params = { name: user.name };
  const [password, setPassword] = useState('');
  const [done, setDone] = useState<string | null>(null);
  const change = useMutation({
    mutationFn: async ({ act }: { readonly act: () => Promise<unknown>; readonly words: string }) => await act(),
    onMutate: () => setDone(null),
    onSuccess: (_, { words }) => {
      setDone(words);
      void queries.invalidateQueries({ queryKey: KEYS.users });
    },
  });
  const setRole = (role: Role) =>
    change.mutate({ act: () => api.call(setUserRole, { params, body: { role } }), words: `The role is ${role} now.` });
  return (
    <Dialog title={user.name} onClose={onClose}>
      <div className="stack">
        {user.source === 'oidc' ? (
          <p>
            The groups at the sign-in provider say that the role is <strong>{user.role}</strong>, and the password is
            kept there.
          </p>
        ) : (
          <>
            <RoleField role={user.role} onRole={setRole} />
            <NewPasswordForm
              label="Another password"
              value={password}
              onValue={setPassword}
              isPending={change.isPending}
              onChange={() => {
                const act = () => api.call(setUserPassword, { params, body: { password } });
                change.mutate({ act, words: 'The password is changed, and every session has ended.' });
                setPassword('');
              }}
            />
          </>
        )}
        <ErrorNotice error={change.error} />
        {done === null ? null : <Notice tone="good">{done}</Notice>}
        <div className="actions">
          <ConfirmButton
            words="Sign out everywhere"
            onConfirm={() =>
              change.mutate({ act: () => api.call(closeUserSessions, { params }), words: 'Every session has ended.' })
            }
          />
          <ConfirmButton
            words="Remove"
            onConfirm={() =>
              change.mutate({ act: () => api.call(removeUser, { params }).then(onClose), words: 'Removed.' })
            }
          />
        </div>
      </div>
    </Dialog>
  );
}
