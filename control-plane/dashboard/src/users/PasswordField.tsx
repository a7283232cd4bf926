import { LIMITS } from '@wherry/protocol';
import type { ReactNode } from 'react';
import { Field } from '../parts/Field.tsx';

interface PasswordFieldProps {
  readonly label: string;
  /** A password manager fills in the current one, and offers to make a new one. */
  readonly kind: 'current' | 'new';
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly error?: ReactNode;
}

export function PasswordField({ label, kind, value, onValue, error }: PasswordFieldProps) {
  const isNew = kind === 'new';
  return (
    <Field
      label={label}
      hint={isNew ? `At least ${LIMITS.passwordCharsMin} characters; a few words are good.` : undefined}
      error={error}
    >
      {(ids) => (
        <input
          {...ids}
          type="password"
          name={isNew ? 'new-password' : 'password'}
          autoComplete={isNew ? 'new-password' : 'current-password'}
          required
          minLength={isNew ? LIMITS.passwordCharsMin : undefined}
          maxLength={LIMITS.passwordChars}
          value={value}
          onChange={({ target }) => onValue(target.value)}
        />
      )}
    </Field>
  );
}
