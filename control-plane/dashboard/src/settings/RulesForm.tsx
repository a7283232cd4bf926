import { useMutation, useQueryClient } from '@tanstack/react-query';
import { setTenantSettings, type TenantSettings } from '@wherry/protocol';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { Field } from '../parts/Field.tsx';
import { ErrorNotice, Notice } from '../parts/Notice.tsx';
import { givesUpEntries, type RuleChange, type RuleFields, readRules, ruleFieldsOf } from './read-rules.ts';

const FIELDS: readonly (readonly [keyof RuleFields, string, string])[] = [
  [
    'aboveShare',
    'Another operator approves rollouts above',
    'A share of the devices, like 20%. Empty: nobody has to. Holds for rollouts that begin from now on.',
  ],
  ['keptFor', 'Keep entries of the audit log for', 'Like 400d, at least 7d. Empty: for good.'],
];

export function RulesForm({ settings }: { readonly settings: TenantSettings }) {
  const queries = useQueryClient();
  const before = ruleFieldsOf(settings);
  const [typed, setTyped] = useState(before);
  const { change, faults } = readRules(typed, before);
  const save = useMutation({
    mutationFn: (body: RuleChange) => api.call(setTenantSettings, { body }),
    onSuccess: (changed) => queries.setQueryData(KEYS.settings, changed),
  });
  const hasChanges = change !== null && Object.keys(change).length > 0;
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (hasChanges) save.mutate(change);
      }}
    >
      {FIELDS.map(([field, label, hint]) => (
        <Field key={field} label={label} hint={hint} error={faults.get(field)}>
          {(ids) => (
            <input
              {...ids}
              name={field}
              autoComplete="off"
              value={typed[field]}
              onChange={({ target }) => setTyped({ ...typed, [field]: target.value })}
            />
          )}
        </Field>
      ))}
      {change && givesUpEntries(change, settings) ? (
        <Notice tone="watch">Older entries are given up for good, behind a signed mark that says so.</Notice>
      ) : null}
      <ErrorNotice error={save.error} />
      <div className="actions">
        <button type="submit" disabled={!hasChanges || save.isPending}>
          Change the rules
        </button>
      </div>
    </form>
  );
}
