import type { UsagePoint } from '@wherry/protocol';
import { bytes, celsius, count, percent } from '../words/units.ts';
import { type Line, LineChart } from './LineChart.tsx';
import type { ChartStyle } from './options.ts';
import { columnsOf } from './series.ts';

interface Series {
  readonly points: readonly UsagePoint[];
  readonly resolutionMs: number;
  readonly fromMs: number;
  readonly toMs: number;
}

interface Plot {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly style: ChartStyle;
}

const SHARE: ChartStyle = { format: percent, steps: 'any' };
const DEGREES: ChartStyle = { format: celsius, steps: 'whole' };
const BYTES: ChartStyle = { format: bytes, steps: 'bytes' };
const COUNT: ChartStyle = { format: count, steps: 'whole' };

const HOST_PLOTS: readonly Plot[] = [
  { title: 'CPU, share of all cores', lines: [{ label: 'CPU', pick: (p) => p.cpuShare }], style: SHARE },
  { title: 'Memory', lines: [{ label: 'used', pick: (p) => p.memoryBytes }], style: BYTES },
  { title: 'Temperature', lines: [{ label: 'temperature', pick: (p) => p.temperatureCelsius }], style: DEGREES },
  { title: 'Disk', lines: [{ label: 'used', pick: (p) => p.diskUsedBytes }], style: BYTES },
];

const APP_PLOTS: readonly Plot[] = [
  { title: 'CPU, share of one core', lines: [{ label: 'CPU', pick: (p) => p.cpuShare }], style: SHARE },
  {
    title: 'Memory',
    lines: [
      { label: 'mean', pick: (p) => p.memoryBytes },
      { label: 'peak', pick: (p) => p.memoryPeakBytes },
    ],
    style: BYTES,
  },
  {
    title: 'Calls and errors',
    lines: [
      { label: 'calls', pick: (p) => p.calls },
      { label: 'errors', pick: (p) => p.errors },
    ],
    style: COUNT,
  },
  { title: 'Limits hit', lines: [{ label: 'limits hit', pick: (p) => p.limitsHit }], style: COUNT },
];

export function UsageCharts({ series, isApp }: { readonly series: Series; readonly isApp: boolean }) {
  const plots = (isApp ? APP_PLOTS : HOST_PLOTS).filter(({ lines }) =>
    series.points.some((point) => lines.some(({ pick }) => pick(point) !== null)),
  );
  return (
    <div className="charts">
      {plots.map(({ title, lines, style }) => (
        <LineChart
          key={title}
          title={title}
          lines={lines}
          style={style}
          columns={columnsOf(
            series.points,
            series.resolutionMs,
            lines.map(({ pick }) => pick),
          )}
          fromMs={series.fromMs}
          toMs={series.toMs}
        />
      ))}
    </div>
  );
}
