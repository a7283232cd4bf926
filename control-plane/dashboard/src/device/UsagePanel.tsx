import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type AppName, getDeviceUsage } from '@wherry/protocol';
import { lazy, Suspense, useState } from 'react';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { Loaded } from '../parts/Loaded.tsx';
import { Panel } from '../parts/Panel.tsx';
import { Switch } from '../parts/Switch.tsx';

const UsageCharts = lazy(async () => ({ default: (await import('../charts/UsageCharts.tsx')).UsageCharts }));

const RANGES = [
  ['1 h', 3_600_000],
  ['6 h', 6 * 3_600_000],
  ['24 h', 86_400_000],
  ['7 d', 7 * 86_400_000],
] as const;
const HOST = '';

export function UsagePanel({ device, apps }: { readonly device: string; readonly apps: readonly AppName[] }) {
  const [rangeMs, setRangeMs] = useState<number>(RANGES[0][1]);
  const [chosen, setChosen] = useState<AppName | typeof HOST>(HOST);
  const app = chosen !== HOST && apps.includes(chosen) ? chosen : undefined;
  const usage = useQuery({
    queryKey: [...KEYS.deviceUsage(device), app, rangeMs],
    queryFn: async () => {
      const toMs = Date.now();
      const query = { app, fromMs: toMs - rangeMs, toMs };
      return { ...(await api.call(getDeviceUsage, { params: { device }, query })), fromMs: query.fromMs, toMs };
    },
    placeholderData: keepPreviousData,
  });
  const of = [['whole device', HOST] as const, ...apps.map((name) => [name, name] as const)];
  return (
    <Panel
      title="Usage"
      aside={
        <div className="actions">
          <Switch label="Of" options={of} value={app ?? HOST} onValue={setChosen} />
          <Switch label="Range" options={RANGES} value={rangeMs} onValue={setRangeMs} />
        </div>
      }
    >
      <Loaded query={usage}>
        {(series) =>
          series.points.length === 0 ? (
            <p className="quiet">No samples in this range.</p>
          ) : (
            <Suspense fallback={<p className="loading">Loading charts…</p>}>
              <UsageCharts series={series} isApp={app !== undefined} />
            </Suspense>
          )
        }
      </Loaded>
    </Panel>
  );
}
