import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Device, setDeviceLabels } from '@wherry/protocol';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { useMay } from '../api/session.ts';
import { readLabels } from '../fleet/label-text.ts';
import { Field } from '../parts/Field.tsx';
import { FormActions } from '../parts/FormActions.tsx';
import { Labels } from '../parts/Labels.tsx';
import { sentenceOf } from '../words/problem.ts';

export function LabelEditor({ device }: { readonly device: Device }) {
  const queries = useQueryClient();
  const may = useMay(setDeviceLabels);
  const [text, setText] = useState<string | null>(null);
  const wanted = readLabels(text ?? '');
  const save = useMutation({
    mutationFn: async () => {
      if (!wanted.ok) return device;
      const remove = Object.keys(device.labels).filter((name) => !(name in wanted.value));
      return api.call(setDeviceLabels, { params: { device: device.device }, body: { set: wanted.value, remove } });
    },
    onSuccess: (changed) => {
      queries.setQueryData(KEYS.device(device.device), changed);
      setText(null);
    },
  });
  if (text === null)
    return (
      <div className="spread">
        <Labels labels={device.labels} />
        {may ? (
          <button type="button" onClick={() => setText(labelText(device.labels))}>
            Edit
          </button>
        ) : null}
      </div>
    );
  const refused = wanted.ok ? (save.error ? sentenceOf(save.error) : undefined) : wanted.problems[0]?.message;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted.ok) save.mutate();
      }}
    >
      <Field
        label="Labels, as name=value with commas between"
        error={refused}
        hint="What is not written here is removed."
      >
        {(ids) => (
          <textarea
            {...ids}
            rows={3}
            className="mono"
            spellCheck={false}
            value={text}
            onChange={(e) => setText(e.target.value)}
          />
        )}
      </Field>
      <FormActions words="Save" isDisabled={!wanted.ok || save.isPending} onCancel={() => setText(null)} />
    </form>
  );
}

function labelText(labels: Device['labels']): string {
  return Object.entries(labels)
    .map((pair) => pair.join('='))
    .join(', ');
}
