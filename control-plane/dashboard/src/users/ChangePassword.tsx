import { useMutation } from '@tanstack/react-query';
import { changePassword, LIMITS } from '@wherry/protocol';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { Field } from '../parts/Field.tsx';
import { ErrorNotice, Notice } from '../parts/Notice.tsx';
import { Panel } from '../parts/Panel.tsx';
import { NewPasswordField } from './NewPasswordField.tsx';

const EMPTY = { current: '', next: '' };

export function ChangePassword({ user }: { readonly user: string }) {
  const [fields, setFields] = useState(EMPTY);
  const change = useMutation({
    mutationFn: () => api.call(changePassword, { body: fields }),
    onSuccess: () => setFields(EMPTY),
  });
  return (
    <Panel title="Password">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        {/* Password managers look for whose password it is. */}
        <input type="hidden" name="username" autoComplete="username" value={user} readOnly />
        <Field label="Current password">
          {(ids) => (
            <input
              {...ids}
              type="password"
              autoComplete="current-password"
              required
              maxLength={LIMITS.passwordChars}
              value={fields.current}
              onChange={({ target }) => setFields({ ...fields, current: target.value })}
            />
          )}
        </Field>
        <NewPasswordField label="New password" value={fields.next} onValue={(next) => setFields({ ...fields, next })} />
        <ErrorNotice error={change.error} />
        {change.isSuccess ? <Notice tone="good">Changed. Your other sessions have ended.</Notice> : null}
        <div className="actions">
          <button type="submit" disabled={change.isPending}>
            Change the password
          </button>
        </div>
      </form>
    </Panel>
  );
}
