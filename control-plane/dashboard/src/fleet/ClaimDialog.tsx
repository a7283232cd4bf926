import { useMutation, useQueryClient } from '@tanstack/react-query';
import { createClaimToken } from '@wherry/protocol';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { Dialog } from '../parts/Dialog.tsx';
import { Field } from '../parts/Field.tsx';
import { ErrorNotice } from '../parts/Notice.tsx';
import { ClaimCommand } from './ClaimCommand.tsx';
import { readLabels } from './label-text.ts';
import { TermField } from './TermField.tsx';

export function ClaimDialog({ onClose }: { readonly onClose: () => void }) {
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [labelText, setLabelText] = useState('');
  const [ttlMs, setTtlMs] = useState(86_400_000);
  const labels = readLabels(labelText);
  const create = useMutation({
    mutationFn: () =>
      api.call(createClaimToken, {
        body: { ...(name.trim() ? { device: name.trim() } : {}), labels: labels.ok ? labels.value : {}, ttlMs },
      }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: KEYS.claimTokens }),
  });
  if (create.data)
    return (
      <Dialog title="Run this on the device" onClose={onClose}>
        <ClaimCommand token={create.data.token} device={create.data.device} expiresAtMs={create.data.expiresAtMs} />
      </Dialog>
    );
  return (
    <Dialog title="Add a device" onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (labels.ok) create.mutate();
        }}
      >
        <Field label="Name" hint="Leave it empty to let the device choose.">
          {(ids) => (
            <input
              {...ids}
              name="device"
              value={name}
              onChange={(e) => setName(e.target.value)}
              autoCapitalize="none"
              maxLength={63}
            />
          )}
        </Field>
        <Field
          label="Labels"
          hint="What selectors find it by, for example site=berlin,ring=canary"
          error={labels.ok ? undefined : labels.problems[0]?.message}
        >
          {(ids) => (
            <input
              {...ids}
              name="labels"
              value={labelText}
              onChange={(e) => setLabelText(e.target.value)}
              autoCapitalize="none"
            />
          )}
        </Field>
        <TermField ttlMs={ttlMs} onTtlMs={setTtlMs} />
        <ErrorNotice error={create.error} />
        <button type="submit" className="primary" disabled={create.isPending || !labels.ok}>
          Make a claim token
        </button>
      </form>
    </Dialog>
  );
}
