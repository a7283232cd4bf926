import { useQuery } from '@tanstack/react-query';
import { type AuditVerification, verifyAudit } from '@wherry/protocol';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { Badge } from '../parts/Badge.tsx';
import { type Fact, Facts } from '../parts/Facts.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Panel } from '../parts/Panel.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';
import type { Look } from '../words/tones.ts';

const WHOLE: Look = {
  label: 'whole',
  tone: 'good',
  shape: 'check',
  hint: 'Every entry is as it was written, and none is missing.',
};
const BROKEN: Look = {
  label: 'not whole',
  tone: 'bad',
  shape: 'warning',
  hint: 'Somebody wrote to the database beside the control plane.',
};
const LOOKED_AT_FOR_MS = 300_000;

/** Whether the log is as it was written: the control plane follows it from its beginning to its signed end. */
export function ChainPanel() {
  const chain = useQuery({
    queryKey: KEYS.auditChain,
    queryFn: () => api.call(verifyAudit, {}),
    staleTime: LOOKED_AT_FOR_MS,
  });
  const again = (
    <button type="button" disabled={chain.isFetching} onClick={() => void chain.refetch()}>
      Check again
    </button>
  );
  return (
    <Panel title="Is it as it was written?" aside={again}>
      <Loaded query={chain}>{(known) => <Chain chain={known} />}</Loaded>
    </Panel>
  );
}

function Chain({ chain }: { readonly chain: AuditVerification }) {
  const { head, firstId, isIntact, findings, findingCount } = chain;
  const facts: readonly Fact[] = [
    [
      'Log',
      <span key="log" role="status" className="chain-state" data-intact={isIntact}>
        <Badge look={isIntact ? WHOLE : BROKEN} />
      </span>,
    ],
    ['Entries', `${chain.entries}${firstId !== null && firstId > 1 ? `; those before ${firstId} were given up` : ''}`],
    ...(head
      ? ([
          ['Ends with', `entry ${head.id}`],
          [
            'Hash',
            <code key="hash" className="digest">
              {head.hash}
            </code>,
          ],
        ] as const)
      : []),
    [
      'Signed by',
      <code key="key" className="digest">
        {chain.signer.keyId}
      </code>,
    ],
    ['Checked', <RelativeTime key="at" atMs={chain.atMs} />],
  ];
  return (
    <>
      <Facts facts={facts} />
      {findings.length > 0 ? (
        <ul className="findings">
          {findings.map(({ kind, id, sentence }) => (
            <li key={`${kind} ${id}`} data-kind={kind}>
              {sentence}
            </li>
          ))}
          {findingCount > findings.length ? <li>… and {findingCount - findings.length} more</li> : null}
        </ul>
      ) : null}
      <p className="quiet">
        Write the hash down elsewhere, or keep what <code>wherry audit export</code> gives: with it anybody can check
        later that nothing before it was changed.
      </p>
    </>
  );
}
