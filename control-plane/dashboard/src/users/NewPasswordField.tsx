import { LIMITS } from '@wherry/protocol';
import { Field } from '../parts/Field.tsx';

interface NewPasswordFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
}

export function NewPasswordField({ label, value, onValue }: NewPasswordFieldProps) {
  return (
    <Field label={label} hint={`At least ${LIMITS.passwordCharsMin} characters; a few words are good.`}>
      {(ids) => (
        <input
          {...ids}
          type="password"
          autoComplete="new-password"
          required
          minLength={LIMITS.passwordCharsMin}
          maxLength={LIMITS.passwordChars}
          value={value}
          onChange={({ target }) => onValue(target.value)}
        />
      )}
    </Field>
  );
}
