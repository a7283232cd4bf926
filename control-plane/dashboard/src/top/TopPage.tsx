import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type TopRow, topUsage } from '@wherry/protocol';
import { Link, useSearchParams } from 'react-router';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { PAGES } from '../pages.ts';
import { Loaded } from '../parts/Loaded.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';
import { Switch } from '../parts/Switch.tsx';
import { type Column, Table } from '../parts/Table.tsx';
import { UsageBar } from '../parts/UsageBar.tsx';
import { bytes, count, percent } from '../words/units.ts';

const ORDERS = [
  ['CPU', 'cpu'],
  ['Memory', 'memory'],
  ['Calls', 'calls'],
  ['Errors', 'errors'],
] as const;
type Order = (typeof ORDERS)[number][1];
const SHOWN = 50;

const COLUMNS: readonly Column<TopRow>[] = [
  {
    head: 'App',
    isName: true,
    cell: ({ app, version }) => <Link to={PAGES.release(app, version)}>{`${app} ${version}`}</Link>,
  },
  { head: 'Device', cell: ({ device }) => <Link to={PAGES.device(device)}>{device}</Link> },
  {
    head: 'CPU of a core',
    isNumber: true,
    cell: ({ cpuShare }) => <UsageBar share={cpuShare} text={percent(cpuShare)} />,
  },
  { head: 'Memory', isNumber: true, cell: ({ memoryBytes }) => bytes(memoryBytes) },
  { head: 'Calls', isNumber: true, cell: ({ calls }) => count(calls) },
  { head: 'Errors', isNumber: true, cell: ({ errors }) => count(errors) },
  { head: 'Limits hit', isNumber: true, cell: ({ limitsHit }) => count(limitsHit) },
  { head: 'Sampled', isNumber: true, cell: ({ atMs }) => <RelativeTime atMs={atMs} /> },
];

export function TopPage() {
  const [search, setSearch] = useSearchParams();
  const by: Order = ORDERS.map(([, order]) => order).find((order) => order === search.get('by')) ?? 'cpu';
  const top = useQuery({
    queryKey: [...KEYS.top, by],
    queryFn: () => api.call(topUsage, { query: { by, limit: SHOWN } }),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead title="Top" sub="the workloads that use most, by the newest sample of each">
        <Switch label="Order by" options={ORDERS} value={by} onValue={(order) => setSearch({ by: order })} />
      </PageHead>
      <Loaded query={top}>
        {({ items }) =>
          items.length === 0 ? (
            <div className="empty">
              <h2>No samples yet</h2>
              <p>Devices report what each program uses every few minutes.</p>
            </div>
          ) : (
            <Table
              caption={`Workloads by ${by}`}
              columns={COLUMNS}
              rows={items}
              rowKey={({ device, app }) => `${device} ${app}`}
              isStale={top.isPlaceholderData}
            />
          )
        }
      </Loaded>
    </>
  );
}
