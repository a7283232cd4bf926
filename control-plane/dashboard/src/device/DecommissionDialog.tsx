import { useMutation, useQueryClient } from '@tanstack/react-query';
import { removeDevice } from '@wherry/protocol';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { PAGES } from '../pages.ts';
import { Dialog } from '../parts/Dialog.tsx';
import { Field } from '../parts/Field.tsx';
import { ErrorNotice } from '../parts/Notice.tsx';

interface DecommissionDialogProps {
  readonly device: string;
  readonly onClose: () => void;
}

export function DecommissionDialog({ device, onClose }: DecommissionDialogProps) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const remove = useMutation({
    mutationFn: () => api.call(removeDevice, { params: { device } }),
    onSuccess: () => {
      void navigate(PAGES.fleet());
      queries.removeQueries({ queryKey: KEYS.device(device) });
      void queries.invalidateQueries({ queryKey: KEYS.devices });
    },
  });
  return (
    <Dialog title={`Decommission ${device}`} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed === device) remove.mutate();
        }}
      >
        <p>
          Its credentials stop working at once and its name is not used again. What runs on it keeps running, without
          anybody to update it. This cannot be undone.
        </p>
        <Field label={`Type ${device} to confirm`}>
          {(ids) => (
            <input {...ids} value={typed} autoComplete="off" onChange={(event) => setTyped(event.target.value)} />
          )}
        </Field>
        <ErrorNotice error={remove.error} />
        <button type="submit" className="danger" disabled={typed !== device || remove.isPending}>
          Decommission
        </button>
      </form>
    </Dialog>
  );
}
