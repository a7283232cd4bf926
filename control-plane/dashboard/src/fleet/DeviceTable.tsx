import type { Device } from '@wherry/protocol';
import { Link } from 'react-router';
import { PAGES } from '../pages.ts';
import { Badge } from '../parts/Badge.tsx';
import { Labels } from '../parts/Labels.tsx';
import { OnlineDot } from '../parts/OnlineDot.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';
import { type Column, Table } from '../parts/Table.tsx';
import { UsageBar } from '../parts/UsageBar.tsx';
import { ATTENTION_WORDS } from '../words/attention.ts';
import { bytes, percent } from '../words/units.ts';
import { AppChips } from './AppChips.tsx';

const COLUMNS: readonly Column<Device>[] = [
  {
    head: 'Device',
    isName: true,
    cell: ({ device, online, identity }) => (
      <span className="device-name">
        <OnlineDot isOnline={online} />
        <Link to={PAGES.device(device)}>{device}</Link>
        {identity?.attention ? <Badge look={ATTENTION_WORDS[identity.attention].look} /> : null}
      </span>
    ),
  },
  {
    head: 'Target',
    cell: ({ target, inventory }) => (
      <>
        {target}
        {inventory ? <span className="why-detail">agent {inventory.agentVersion}</span> : null}
      </>
    ),
  },
  { head: 'Labels', cell: ({ labels }) => <Labels labels={labels} /> },
  { head: 'Apps', cell: ({ workloads }) => <AppChips workloads={workloads} /> },
  {
    head: 'CPU',
    isNumber: true,
    cell: ({ host }) => (host ? <UsageBar share={host.cpuShare} text={percent(host.cpuShare)} /> : <Unknown />),
  },
  {
    head: 'Memory',
    isNumber: true,
    cell: ({ host }) =>
      host ? (
        <UsageBar
          share={host.memoryUsedBytes / Math.max(1, host.memoryTotalBytes)}
          text={bytes(host.memoryUsedBytes)}
        />
      ) : (
        <Unknown />
      ),
  },
  { head: 'Last heard', isNumber: true, cell: ({ seenAtMs }) => <RelativeTime atMs={seenAtMs} /> },
];

export function DeviceTable({ devices, isStale }: { readonly devices: readonly Device[]; readonly isStale: boolean }) {
  return <Table caption="Devices" columns={COLUMNS} rows={devices} rowKey={({ device }) => device} isStale={isStale} />;
}

function Unknown() {
  return (
    <span className="quiet" title="No sample yet">
      –
    </span>
  );
}
