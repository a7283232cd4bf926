import { Field } from '../parts/Field.tsx';

const TERMS = [
  ['1 hour', 3_600_000],
  ['1 day', 86_400_000],
  ['7 days', 7 * 86_400_000],
  ['30 days', 30 * 86_400_000],
] as const;

interface TermFieldProps {
  readonly ttlMs: number;
  readonly onTtlMs: (ttlMs: number) => void;
}

export function TermField({ ttlMs, onTtlMs }: TermFieldProps) {
  return (
    <Field label="The token works for">
      {(ids) => (
        <select {...ids} value={ttlMs} onChange={({ target }) => onTtlMs(Number(target.value))}>
          {TERMS.map(([words, ms]) => (
            <option key={ms} value={ms}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
