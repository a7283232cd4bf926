import type { Rollout } from '@wherry/protocol';
import { useSession } from '../api/session.ts';
import { Notice } from '../parts/Notice.tsx';

/** Whose approval a rollout waits for; nothing when it waits for none. */
export function AwaitsNotice({ rollout }: { readonly rollout: Rollout }) {
  const { operator } = useSession();
  const { awaits } = rollout;
  if (!awaits) return null;
  return (
    <Notice tone="watch">
      <span className="awaits" data-other-than={awaits.otherThan ?? ''}>
        {awaitsSentence(awaits)}{' '}
        {isOwnApproval(rollout, operator) ? 'You made it: another operator has to approve.' : ''}
      </span>
    </Notice>
  );
}

/** Approving would be refused: whoever made a rollout is not its second operator. */
export function isOwnApproval({ awaits }: Rollout, operator: string): boolean {
  return awaits?.otherThan != null && awaits.otherThan === operator;
}

function awaitsSentence({ wave, otherThan }: NonNullable<Rollout['awaits']>): string {
  if (otherThan === null) return `Wave ${wave + 1} begins when somebody approves it.`;
  return `With wave ${wave + 1} it goes above the share of devices that one person may move alone: it waits for an operator other than ${otherThan}.`;
}
