import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Rollout, type RolloutLimits, updateRollout } from '@wherry/protocol';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { Dialog } from '../parts/Dialog.tsx';
import { Field } from '../parts/Field.tsx';
import { FormActions } from '../parts/FormActions.tsx';
import { ErrorNotice } from '../parts/Notice.tsx';
import { type LimitFields, limitFieldsOf, readLimits } from './read-limits.ts';

const FIELDS: readonly (readonly [keyof LimitFields, string, string])[] = [
  ['maxInFlight', 'In flight, at most', 'A higher number assigns more devices at once; a lower one takes none back.'],
  ['deadline', 'Deadline', 'Of devices that are assigned from now on: 15m, 1h30m.'],
  ['soak', 'Soak', 'Of devices that become healthy from now on: 30s, 2m.'],
  ['pace', 'Devices a minute', 'Empty: as many as are free.'],
  ['growth', 'Times as many in each wave', 'Empty: the same in every wave.'],
];

/** Moves the limits of a rollout that goes on. */
export function LimitsDialog({ rollout, onClose }: { readonly rollout: Rollout; readonly onClose: () => void }) {
  const queries = useQueryClient();
  const [before] = useState(() => limitFieldsOf(rollout));
  const [typed, setTyped] = useState(before);
  const { limits, faults } = readLimits(typed, before);
  const save = useMutation({
    mutationFn: (body: RolloutLimits) => api.call(updateRollout, { params: { id: rollout.id }, body }),
    onSuccess: (changed) => {
      queries.setQueryData(KEYS.rollout(rollout.id), changed);
      void queries.invalidateQueries({ queryKey: KEYS.members(rollout.id) });
      void queries.invalidateQueries({ queryKey: KEYS.explanation(rollout.id) });
      onClose();
    },
  });
  const hasChanges = limits !== null && Object.keys(limits).length > 0;
  return (
    <Dialog title={`Limits of ${rollout.app} ${rollout.version}`} onClose={onClose}>
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (limits && hasChanges) save.mutate(limits);
        }}
      >
        {FIELDS.map(([field, label, hint]) => (
          <Field key={field} label={label} hint={hint} error={faults.get(field)}>
            {(ids) => (
              <input
                {...ids}
                name={field}
                value={typed[field]}
                onChange={({ target }) => setTyped({ ...typed, [field]: target.value })}
              />
            )}
          </Field>
        ))}
        {faults.get('other') ? <p className="field-error">{faults.get('other')}</p> : null}
        <ErrorNotice error={save.error} />
        <FormActions words="Change the limits" isDisabled={!hasChanges || save.isPending} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
