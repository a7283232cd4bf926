import { useMutation } from '@tanstack/react-query';
import { changePassword } from '@wherry/protocol';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { ErrorNotice, Notice } from '../parts/Notice.tsx';
import { Panel } from '../parts/Panel.tsx';
import { NewPasswordForm } from './NewPasswordForm.tsx';
import { PasswordField } from './PasswordField.tsx';

const EMPTY = { current: '', next: '' };

export function ChangePassword({ user }: { readonly user: string }) {
  const [fields, setFields] = useState(EMPTY);
  const change = useMutation({
    mutationFn: () => api.call(changePassword, { body: fields }),
    onSuccess: () => setFields(EMPTY),
  });
  return (
    <Panel title="Password">
      <NewPasswordForm
        label="New password"
        value={fields.next}
        onValue={(next) => setFields({ ...fields, next })}
        isPending={change.isPending}
        onChange={() => change.mutate()}
        before={
          <>
            {/* Password managers look for whose password it is. */}
            <input type="hidden" name="username" autoComplete="username" value={user} readOnly />
            <PasswordField
              label="Current password"
              kind="current"
              value={fields.current}
              onValue={(current) => setFields({ ...fields, current })}
            />
          </>
        }
        after={
          <>
            <ErrorNotice error={change.error} />
            {change.isSuccess ? <Notice tone="good">Changed. Your other sessions have ended.</Notice> : null}
          </>
        }
      />
    </Panel>
  );
}
