import { FIRST_WAVE_MAX_FAILURES, formatShare, GATE_DEFAULTS, type Gate } from '@wherry/protocol';
import { Field } from '../parts/Field.tsx';
import type { DraftFields } from './fields.ts';

const FIELDS: readonly (readonly [field: keyof Gate, label: string, placeholder: string, hint: string])[] = [
  [
    'minSuccess',
    'Successes, at least',
    formatShare(GATE_DEFAULTS.minSuccess),
    'Share of the devices reached, at the end of the wave.',
  ],
  [
    'maxFailures',
    'Failures, at most',
    `${FIRST_WAVE_MAX_FAILURES}, then the wave's size`,
    'A count. One more halts the rollout at once.',
  ],
  [
    'maxFailureRate',
    'Failure rate, at most',
    formatShare(GATE_DEFAULTS.maxFailureRate),
    'Share of the devices reached so far.',
  ],
  ['minSample', 'Rate counted from', String(GATE_DEFAULTS.minSample), 'Devices reached before the rate is looked at.'],
];

export function GateFields({ draft, faults, change }: DraftFields) {
  return (
    <div className="field-row">
      {FIELDS.map(([field, label, placeholder, hint]) => (
        <Field key={field} label={label} hint={hint} error={faults.get(field)}>
          {(ids) => (
            <input
              {...ids}
              value={draft.gate[field]}
              placeholder={placeholder}
              onChange={({ target }) => change({ gate: { ...draft.gate, [field]: target.value } })}
            />
          )}
        </Field>
      ))}
    </div>
  );
}
