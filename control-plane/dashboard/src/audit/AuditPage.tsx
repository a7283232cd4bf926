import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type AuditEntry, listAudit } from '@wherry/protocol';
import { useSearchParams } from 'react-router';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { Loaded } from '../parts/Loaded.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Pager } from '../parts/Pager.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';
import { type Column, Table } from '../parts/Table.tsx';
import { auditWords } from '../words/audit-detail.ts';
import { counted } from '../words/units.ts';
import { ChainPanel } from './ChainPanel.tsx';

const COLUMNS: readonly Column<AuditEntry>[] = [
  { head: 'Nr', cell: ({ id }) => id },
  { head: 'When', cell: ({ atMs }) => <RelativeTime atMs={atMs} /> },
  { head: 'Who', isName: true, cell: ({ operator }) => operator },
  { head: 'Did', cell: ({ action }) => action.replaceAll('_', ' ') },
  { head: 'To', cell: ({ subject }) => <code>{subject}</code> },
  { head: 'Detail', cell: ({ detail }) => <Detail detail={detail} /> },
];

export function AuditPage() {
  const [search] = useSearchParams();
  const cursor = search.get('cursor') ?? undefined;
  const audit = useQuery({
    queryKey: [...KEYS.audit, cursor],
    queryFn: () => api.call(listAudit, { query: { cursor } }),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead title="Audit" sub="every change that an operator made, newest first" />
      {cursor === undefined ? (
        <div className="above">
          <ChainPanel />
        </div>
      ) : null}
      <Loaded query={audit}>
        {(page) =>
          page.items.length === 0 ? (
            <div className="empty">
              <h2>No changes yet</h2>
              <p>What operators change shows up here.</p>
            </div>
          ) : (
            <>
              <Table
                caption="Changes by operators"
                columns={COLUMNS}
                rows={page.items}
                rowKey={({ id }) => String(id)}
              />
              <Pager nextCursor={page.nextCursor} shown={counted(page.items.length, 'change')} />
            </>
          )
        }
      </Loaded>
    </>
  );
}

function Detail({ detail }: { readonly detail: AuditEntry['detail'] }) {
  const entries = auditWords(detail);
  if (entries.length === 0) return <span className="quiet">–</span>;
  return (
    <span className="audit-detail">
      {entries.map(([name, words]) => (
        <span key={name}>
          <span className="quiet">{name}</span> {words}
        </span>
      ))}
    </span>
  );
}
