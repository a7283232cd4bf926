import { useMutation, useQueryClient } from '@tanstack/react-query';
import { createUser, type Role } from '@wherry/protocol';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { Dialog } from '../parts/Dialog.tsx';
import { Field } from '../parts/Field.tsx';
import { ErrorNotice } from '../parts/Notice.tsx';
import { PasswordField } from './PasswordField.tsx';
import { RoleField } from './RoleField.tsx';

export function NewUserDialog({ onClose }: { readonly onClose: () => void }) {
  const queries = useQueryClient();
  const [fields, setFields] = useState({ name: '', role: 'viewer' as Role, password: '' });
  const add = useMutation({
    mutationFn: () => api.call(createUser, { body: { ...fields, name: fields.name.trim().toLowerCase() } }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: KEYS.users });
      onClose();
    },
  });
  return (
    <Dialog title="Add a user" onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate();
        }}
      >
        <Field label="Name" hint="With which they sign in: a name or an e-mail address.">
          {(ids) => (
            <input
              {...ids}
              required
              maxLength={63}
              autoComplete="off"
              autoCapitalize="none"
              value={fields.name}
              onChange={({ target }) => setFields({ ...fields, name: target.value })}
            />
          )}
        </Field>
        <RoleField role={fields.role} onRole={(role) => setFields({ ...fields, role })} />
        <PasswordField
          label="First password"
          kind="new"
          value={fields.password}
          onValue={(password) => setFields({ ...fields, password })}
        />
        <ErrorNotice error={add.error} />
        <button type="submit" className="primary" disabled={add.isPending}>
          Add
        </button>
      </form>
    </Dialog>
  );
}
