import { useMutation, useQueryClient } from '@tanstack/react-query';
import {
  abortRollout,
  approveRollout,
  canRollout,
  pauseRollout,
  publishDraft,
  type Rollout,
  resumeRollout,
} from '@wherry/protocol';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { useMay, useSession } from '../api/session.ts';
import { sentenceOf } from '../words/problem.ts';
import { AbortDialog } from './AbortDialog.tsx';
import { isOwnApproval } from './AwaitsNotice.tsx';
import { LimitsDialog } from './LimitsDialog.tsx';

/** Buttons for what may be done; which state allows what is the protocol's table, the same that the server refuses by. */
export function RolloutActions({ rollout }: { readonly rollout: Rollout }) {
  const queries = useQueryClient();
  const [isAborting, setAborting] = useState(false);
  const [isChangingLimits, setChangingLimits] = useState(false);
  const isOwn = isOwnApproval(rollout, useSession().operator);
  const may = useMay(pauseRollout);
  const params = { id: rollout.id };
  const act = useMutation({
    mutationFn: (action: 'publish' | 'approve' | 'pause' | 'resume' | 'keep' | 'revert') => {
      if (action === 'publish') return api.call(publishDraft, { params });
      if (action === 'approve') return api.call(approveRollout, { params, body: { wave: waitingWave(rollout) } });
      if (action === 'pause') return api.call(pauseRollout, { params });
      if (action === 'resume') return api.call(resumeRollout, { params });
      return api.call(abortRollout, { params, body: { reached: action } });
    },
    onSuccess: (changed) => {
      setAborting(false);
      queries.setQueryData(KEYS.rollout(rollout.id), changed);
      void queries.invalidateQueries({ queryKey: KEYS.members(rollout.id) });
      void queries.invalidateQueries({ queryKey: KEYS.explanation(rollout.id) });
    },
  });
  if (!may) return null;
  const isHalted = rollout.state === 'halted';
  return (
    <>
      {act.error && !isAborting ? (
        <span role="alert" className="field-error">
          {sentenceOf(act.error)}
        </span>
      ) : null}
      {canRollout(rollout.state, 'publish') ? (
        <button type="button" className="primary" disabled={act.isPending} onClick={() => act.mutate('publish')}>
          Begin
        </button>
      ) : null}
      {canRollout(rollout.state, 'approve') ? (
        <button
          type="button"
          className="primary"
          disabled={act.isPending || isOwn}
          title={isOwn ? 'You made it: another operator has to approve' : undefined}
          onClick={() => act.mutate('approve')}
        >
          Approve wave {waitingWave(rollout) + 1}
        </button>
      ) : null}
      <button
        type="button"
        disabled={act.isPending || !canRollout(rollout.state, 'pause')}
        onClick={() => act.mutate('pause')}
      >
        Pause
      </button>
      {rollout.state === 'awaiting_approval' ? null : (
        <button
          type="button"
          disabled={act.isPending || !canRollout(rollout.state, 'resume')}
          title={isHalted ? 'Acknowledges the failures known so far and goes on' : undefined}
          onClick={() => act.mutate('resume')}
        >
          {isHalted ? 'Acknowledge and resume' : 'Resume'}
        </button>
      )}
      <button type="button" disabled={!canRollout(rollout.state, 'update')} onClick={() => setChangingLimits(true)}>
        Limits…
      </button>
      <button
        type="button"
        className="danger"
        disabled={act.isPending || !canRollout(rollout.state, 'abort')}
        onClick={() => setAborting(true)}
      >
        Abort…
      </button>
      {isChangingLimits ? <LimitsDialog rollout={rollout} onClose={() => setChangingLimits(false)} /> : null}
      {isAborting ? (
        <AbortDialog
          rollout={rollout}
          error={act.error}
          isPending={act.isPending}
          onAbort={(reached) => act.mutate(reached)}
          onClose={() => setAborting(false)}
        />
      ) : null}
    </>
  );
}

/** The wave that somebody must approve next, counted from 0. */
function waitingWave({ waves, currentWave }: Rollout): number {
  return waves.find(({ approval }) => approval === 'needed')?.index ?? currentWave;
}
