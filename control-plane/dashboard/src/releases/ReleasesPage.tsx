import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { listReleases, type ReleaseView } from '@wherry/protocol';
import { Link, useSearchParams } from 'react-router';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { PAGES } from '../pages.ts';
import { Loaded } from '../parts/Loaded.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Pager } from '../parts/Pager.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';
import { type Column, Table } from '../parts/Table.tsx';
import { triggerWords } from '../words/triggers.ts';
import { bytes, count, counted, percent } from '../words/units.ts';

const COLUMNS: readonly Column<ReleaseView>[] = [
  {
    head: 'Release',
    isName: true,
    cell: ({ app, version }) => (
      <Link to={PAGES.release(app, version)}>
        {app} {version}
      </Link>
    ),
  },
  { head: 'Variants', cell: ({ payload }) => payload.variants.map(({ kind }) => kind).join(', then ') },
  { head: 'Triggers', cell: ({ payload }) => payload.triggers.map(triggerWords).join('; ') },
  {
    head: 'Limits',
    cell: ({ payload: { limits } }) => `${bytes(limits.memoryBytes)}, ${percent(limits.cpuShare)} of a core`,
  },
  { head: 'Runs on', isNumber: true, cell: ({ runningOn }) => count(runningOn) },
  { head: 'Published', isNumber: true, cell: ({ publishedAtMs }) => <RelativeTime atMs={publishedAtMs} /> },
];

export function ReleasesPage() {
  const [search] = useSearchParams();
  const cursor = search.get('cursor') ?? undefined;
  const releases = useQuery({
    queryKey: [...KEYS.releases, 'page', cursor],
    queryFn: () => api.call(listReleases, { query: { cursor } }),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead title="Releases" />
      <Loaded query={releases}>
        {(page) =>
          page.items.length === 0 ? (
            <div className="empty">
              <h2>No releases yet</h2>
              <p>
                Write a <code>wherry.yaml</code> beside your program and run <code>wherry publish</code>. It signs the
                release on your machine and uploads it here.
              </p>
            </div>
          ) : (
            <>
              <Table caption="Releases" columns={COLUMNS} rows={page.items} rowKey={({ digest }) => digest} />
              <Pager nextCursor={page.nextCursor} shown={counted(page.items.length, 'release')} />
            </>
          )
        }
      </Loaded>
    </>
  );
}
