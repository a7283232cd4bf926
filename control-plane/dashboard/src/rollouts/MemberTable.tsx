import type { RolloutMember } from '@wherry/protocol';
import { Link } from 'react-router';
import { PAGES } from '../pages.ts';
import { Badge } from '../parts/Badge.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';
import { type Column, Table } from '../parts/Table.tsx';
import { CODE_WORDS } from '../words/codes.ts';
import { DEPLOYMENT_LOOKS } from '../words/deployment-states.ts';
import { MEMBER_LOOKS } from '../words/member-states.ts';

const columns = (onExplain: (device: RolloutMember['device']) => void): readonly Column<RolloutMember>[] => [
  { head: 'Device', isName: true, cell: ({ device }) => <Link to={PAGES.device(device)}>{device}</Link> },
  { head: 'Wave', isNumber: true, cell: ({ wave }) => wave + 1 },
  {
    head: 'State',
    cell: ({ state, device }) => (
      <span className="member-state">
        <Badge look={MEMBER_LOOKS[state]} />
        <button
          type="button"
          className="plain why-button"
          aria-label={`Why is ${device} so?`}
          onClick={() => onExplain(device)}
        >
          why?
        </button>
      </span>
    ),
  },
  {
    head: 'The device says',
    cell: (member) => (
      <>
        {member.deployment ? DEPLOYMENT_LOOKS[member.deployment].label : <span className="quiet">nothing yet</span>}
        {member.variant ? <span className="quiet"> · {member.variant}</span> : null}
        {member.code ? (
          <span className="why-detail" title={member.code}>
            {CODE_WORDS[member.code]}
          </span>
        ) : null}
        {member.message ? <span className="why-detail">{member.message}</span> : null}
      </>
    ),
  },
  { head: 'From', cell: ({ previousVersion }) => previousVersion ?? <span className="quiet">nothing</span> },
  {
    head: 'Changed',
    isNumber: true,
    cell: ({ updatedAtMs, deadlineAtMs, state }) => (
      <>
        <RelativeTime atMs={updatedAtMs} />
        {state === 'in_flight' && deadlineAtMs !== null ? (
          <span className="why-detail">
            deadline <RelativeTime atMs={deadlineAtMs} />
          </span>
        ) : null}
      </>
    ),
  },
];

export function MemberTable({
  members,
  isStale,
  onExplain,
}: {
  readonly onExplain: (device: RolloutMember['device']) => void;
  readonly members: readonly RolloutMember[];
  readonly isStale: boolean;
}) {
  return (
    <Table
      caption="Devices of this rollout"
      columns={columns(onExplain)}
      rows={members}
      rowKey={({ device }) => device}
      isStale={isStale}
    />
  );
}
