import type { Rollout } from '@wherry/protocol';
import { Dialog } from '../parts/Dialog.tsx';
import { ErrorNotice } from '../parts/Notice.tsx';
import { counted } from '../words/units.ts';
import { addCounts } from './counts.ts';

interface AbortDialogProps {
  readonly rollout: Rollout;
  readonly error: unknown;
  readonly isPending: boolean;
  readonly onAbort: (reached: 'keep' | 'revert') => void;
  readonly onClose: () => void;
}

export function AbortDialog({ rollout, error, isPending, onAbort, onClose }: AbortDialogProps) {
  const counts = addCounts(rollout.waves);
  const moved = counts.succeeded + counts.soaking + counts.in_flight;
  return (
    <Dialog title={`Abort ${rollout.app} ${rollout.version}`} onClose={onClose}>
      <div className="stack">
        <p>
          Nothing more is assigned, and this rollout cannot be resumed. {counted(moved, 'device')} have the release or
          are at work on it. What shall happen to them?
        </p>
        <ErrorNotice error={error} />
        <button type="button" disabled={isPending} onClick={() => onAbort('keep')}>
          Keep: leave them on {rollout.version}
        </button>
        <button type="button" className="danger" disabled={isPending} onClick={() => onAbort('revert')}>
          Revert: move them back by a new rollout
        </button>
        <button type="button" className="plain" onClick={onClose}>
          Do not abort
        </button>
      </div>
    </Dialog>
  );
}
