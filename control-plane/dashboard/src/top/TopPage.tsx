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
  { head: 'Limits hit', cell: limitsWords },
  { head: 'p50', isNumber: true, cell: ({ figures }) => milliseconds(figures?.callP50Ms) },
  { head: 'p99', isNumber: true, cell: ({ figures }) => milliseconds(figures?.callP99Ms) },
  { head: 'Module peak', isNumber: true, cell: ({ figures }) => sizeOf(figures?.modulePeakBytes) },
  { head: 'Sent', isNumber: true, cell: ({ figures }) => sizeOf(figures?.sentBytes) },
  { head: 'Received', isNumber: true, cell: ({ figures }) => sizeOf(figures?.receivedBytes) },
  { head: 'Isolation', cell: ({ figures }) => (figures ? `${figures.isolation}, by ${figures.source}` : '–') },
  { head: 'Sampled', isNumber: true, cell: ({ atMs }) => <RelativeTime atMs={atMs} /> },
];

/** By name where the device says so. */
function limitsWords({ limitsHit, figures }: TopRow): string {
  const named = Object.entries(figures?.limits ?? {}).map(([name, hits]) => `${count(hits)} ${name.replace('_', ' ')}`);
  return named.length === 0 ? count(limitsHit) : named.join(', ');
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? '–' : `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

function sizeOf(value: number | undefined): string {
  return value === undefined ? '–' : bytes(value);
}

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
