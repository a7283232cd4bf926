import { Field } from '../parts/Field.tsx';
import type { DraftFields } from './fields.ts';

const FIELDS = [
  ['maxInFlight', 'In flight, at most', 'Devices at work on it at once.'],
  ['deadline', 'Deadline', 'A device that says nothing final for this long counts as failed: 15m, 1h30m.'],
  ['soak', 'Soak', 'How long a healthy device is watched before it counts as a success: 30s, 2m.'],
] as const;

export function PaceFields({ draft, faults, change }: DraftFields) {
  return (
    <div className="field-row">
      {FIELDS.map(([field, label, hint]) => (
        <Field key={field} label={label} hint={hint} error={faults.get(field)}>
          {(ids) => (
            <input
              {...ids}
              name={field}
              value={draft[field]}
              onChange={({ target }) => change({ [field]: target.value })}
            />
          )}
        </Field>
      ))}
    </div>
  );
}
