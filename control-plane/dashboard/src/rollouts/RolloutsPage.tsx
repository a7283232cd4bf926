import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { listRollouts, type Rollout, startRollout } from '@wherry/protocol';
import { Link, useSearchParams } from 'react-router';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { useMay } from '../api/session.ts';
import { PAGES } from '../pages.ts';
import { Badge } from '../parts/Badge.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Pager } from '../parts/Pager.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';
import { type Column, Table } from '../parts/Table.tsx';
import { ROLLOUT_LOOKS } from '../words/rollout-states.ts';
import { counted } from '../words/units.ts';
import { addCounts } from './counts.ts';
import { MemberBar } from './MemberBar.tsx';

const COLUMNS: readonly Column<Rollout>[] = [
  {
    head: 'Rollout',
    isName: true,
    cell: ({ id, app, version, rollback }) => (
      <>
        <Link to={PAGES.rollout(id)}>
          {app} {version}
        </Link>
        {rollback ? <span className="quiet"> rollback</span> : null}
      </>
    ),
  },
  { head: 'State', cell: ({ state }) => <Badge look={ROLLOUT_LOOKS[state]} /> },
  {
    head: 'Progress',
    cell: ({ waves, currentWave }) => (
      <div className="progress-cell">
        <MemberBar counts={addCounts(waves)} />
        <span className="quiet">
          wave {Math.min(currentWave + 1, waves.length)} of {waves.length}
        </span>
      </div>
    ),
  },
  { head: 'Devices', cell: ({ selector }) => (selector === '' ? 'all devices' : <code>{selector}</code>) },
  {
    head: 'Started',
    isNumber: true,
    cell: ({ createdAtMs, createdBy }) => (
      <>
        <RelativeTime atMs={createdAtMs} /> <span className="quiet">by {createdBy}</span>
      </>
    ),
  },
];

export function RolloutsPage() {
  const [search] = useSearchParams();
  const cursor = search.get('cursor') ?? undefined;
  const may = useMay(startRollout);
  const rollouts = useQuery({
    queryKey: [...KEYS.rollouts, cursor],
    queryFn: () => api.call(listRollouts, { query: { cursor } }),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead title="Rollouts">
        {may ? (
          <Link className="button primary" to={PAGES.newRollout()}>
            Start a rollout
          </Link>
        ) : null}
      </PageHead>
      <Loaded query={rollouts}>
        {(page) =>
          page.items.length === 0 ? (
            <div className="empty">
              <h2>No rollouts yet</h2>
              <p>A rollout moves the devices that match a selector to a release, wave by wave.</p>
            </div>
          ) : (
            <>
              <Table caption="Rollouts" columns={COLUMNS} rows={page.items} rowKey={({ id }) => id} />
              <Pager nextCursor={page.nextCursor} shown={counted(page.items.length, 'rollout')} />
            </>
          )
        }
      </Loaded>
    </>
  );
}
