import type { ReactNode } from 'react';
import { PasswordField } from './PasswordField.tsx';

interface NewPasswordFormProps {
  /** Of the new one. */
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly isPending: boolean;
  readonly onChange: () => void;
  /** What is asked before the new password, and what is said of the last change. */
  readonly before?: ReactNode;
  readonly after?: ReactNode;
}

/** Gives an account another password: one's own, or somebody's as an admin. */
export function NewPasswordForm({ label, value, onValue, isPending, onChange, before, after }: NewPasswordFormProps) {
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        onChange();
      }}
    >
      {before}
      <PasswordField label={label} kind="new" value={value} onValue={onValue} />
      {after}
      <div className="actions">
        <button type="submit" disabled={isPending}>
          Change the password
        </button>
      </div>
    </form>
  );
}
