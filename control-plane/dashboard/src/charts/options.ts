import type uPlot from 'uplot';

/** Lines differ by dash too, so that two of them can be told apart without colour. */
const STROKES = [
  { variable: '--line-1', dash: [] },
  { variable: '--line-2', dash: [5, 3] },
] as const;

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** Steps between the figures of an axis, so that they are round in their unit: powers of two for bytes, whole for counts. */
const STEPS = {
  bytes: Array.from({ length: 50 }, (_, power) => 2 ** power),
  whole: Array.from({ length: 12 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat(),
  any: null,
} as const;

export interface ChartStyle {
  readonly format: (value: number) => string;
  readonly steps: keyof typeof STEPS;
}

export function chartOptions(
  element: Element,
  labels: readonly string[],
  { format, steps }: ChartStyle,
): uPlot.Options {
  const style = getComputedStyle(element);
  const color = (variable: string) => style.getPropertyValue(variable).trim();
  const incrs = STEPS[steps];
  const axis = {
    stroke: color('--quiet'),
    grid: { stroke: color('--rule'), width: 1 },
    ticks: { show: false },
    font: `11px ${style.fontFamily}`,
  };
  return {
    width: Math.max(1, element.clientWidth),
    height: Math.max(1, element.clientHeight),
    legend: { show: false },
    padding: [6, 6, 0, 0],
    cursor: { y: false, points: { size: 5 }, drag: { x: false, y: false } },
    scales: { y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.15 : 1] } },
    axes: [
      {
        ...axis,
        size: 24,
        space: 60,
        values: (_plot, splits, _axis, _space, stepSeconds) => splits.map(timeWords(stepSeconds)),
      },
      {
        ...axis,
        size: 64,
        space: 28,
        values: (_plot, splits) => splits.map(format),
        ...(incrs ? { incrs: [...incrs] } : {}),
      },
    ],
    series: [
      {},
      ...labels.map((label, index) => {
        const { variable, dash } = STROKES[index % STROKES.length] ?? STROKES[0];
        const stroke = color(variable);
        return { label, stroke, dash: [...dash], width: 1.5, ...(index === 0 ? { fill: `${stroke}22` } : {}) };
      }),
    ],
  };
}

function timeWords(stepSeconds: number): (seconds: number) => string {
  const format = stepSeconds >= 86_400 ? day : clock;
  return (seconds) => format.format(seconds * 1_000);
}
