import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import './charts.css';
import { type ChartStyle, chartOptions } from './options.ts';
import { type Columns, type Pick, summaryOf } from './series.ts';
import { useColorScheme } from './use-color-scheme.ts';

export interface Line {
  readonly label: string;
  readonly pick: Pick;
}

interface LineChartProps {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly columns: Columns;
  readonly style: ChartStyle;
  readonly fromMs: number;
  readonly toMs: number;
}

export function LineChart({ title, lines, columns, style, fromMs, toMs }: LineChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const scheme = useColorScheme();
  const labels = lines.map(({ label }) => label).join('\n');

  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme changes the colours that options read from the page
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const made = new uPlot(chartOptions(element, labels.split('\n'), style), [[]], element);
    plot.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: element.clientHeight }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [labels, style, scheme]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a plot made anew needs its data again
  useEffect(() => {
    plot.current?.setData([[...columns.xs], ...columns.ys.map((column) => [...column])], false);
    plot.current?.setScale('x', { min: fromMs / 1_000, max: toMs / 1_000 });
  }, [columns, fromMs, toMs, labels, style, scheme]);

  return (
    <figure className="chart">
      <figcaption>
        {title}
        {lines.map(({ label }, index) => (
          <Summary
            key={label}
            label={lines.length > 1 ? label : null}
            index={index}
            figures={summaryOf(columns.ys[index] ?? [])}
            format={style.format}
          />
        ))}
      </figcaption>
      <div ref={box} className="chart-box" aria-hidden="true" />
    </figure>
  );
}

interface SummaryProps {
  /** Null when the chart has one line only. */
  readonly label: string | null;
  readonly index: number;
  readonly figures: ReturnType<typeof summaryOf>;
  readonly format: ChartStyle['format'];
}

/** What a line says, in words; the swatch is drawn like the line. */
function Summary({ label, index, figures, format }: SummaryProps) {
  if (!figures) return null;
  return (
    <span className="quiet chart-summary">
      {label === null ? null : <span className="swatch" data-line={index + 1} aria-hidden="true" />} {label}{' '}
      {format(figures.newest)}, highest {format(figures.highest)}
    </span>
  );
}
