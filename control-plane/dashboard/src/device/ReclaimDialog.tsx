import { useMutation, useQueryClient } from '@tanstack/react-query';
import { reclaimDevice } from '@wherry/protocol';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { ClaimCommand } from '../fleet/ClaimCommand.tsx';
import { TermField } from '../fleet/TermField.tsx';
import { Dialog } from '../parts/Dialog.tsx';
import { ErrorNotice } from '../parts/Notice.tsx';

interface ReclaimDialogProps {
  readonly device: string;
  readonly onClose: () => void;
}

/** A token with which a device gets a new identity under its old name. */
export function ReclaimDialog({ device, onClose }: ReclaimDialogProps) {
  const queries = useQueryClient();
  const [ttlMs, setTtlMs] = useState(86_400_000);
  const reclaim = useMutation({
    mutationFn: () => api.call(reclaimDevice, { params: { device }, body: { ttlMs } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: KEYS.claimTokens }),
  });
  if (reclaim.data)
    return (
      <Dialog title="Run this on the device" onClose={onClose}>
        {/* The token names the device. */}
        <ClaimCommand token={reclaim.data.token} device={null} expiresAtMs={reclaim.data.expiresAtMs} />
      </Dialog>
    );
  return (
    <Dialog title={`A new identity for ${device}`} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          reclaim.mutate();
        }}
      >
        <p>
          For a device whose card was lost, copied or wiped. It keeps its name, its labels and what it should run. Until
          the token is used the old identity goes on; from then on it opens nothing any more.
        </p>
        <TermField ttlMs={ttlMs} onTtlMs={setTtlMs} />
        <ErrorNotice error={reclaim.error} />
        <button type="submit" className="primary" disabled={reclaim.isPending}>
          Make a token
        </button>
      </form>
    </Dialog>
  );
}
