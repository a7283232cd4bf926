import { type Distribution, formatDurationMs, type RolloutForecast } from '@wherry/protocol';
import { bar } from '../terminal/bar.ts';
import { percent, plural } from '../terminal/figures.ts';
import { plain } from '../terminal/plain.ts';
import { sheet, table } from '../terminal/table.ts';

const BAR_WIDTH = 32;

/** How far a bad release would come: how the runs ended, which limit stopped it, and the devices it reached. */
export function forecastText(forecast: RolloutForecast): string {
  const { devices, runs, completed, halted, unfinished, halts } = forecast;
  const facts = sheet([
    ['devices', devices],
    [
      'runs',
      `${runs}: ${halted} halted, ${completed} completed${unfinished > 0 ? `, ${unfinished} not over in time` : ''}`,
    ],
    ['until its end', `${ms(forecast.tookMs.p50)} in half of the runs, ${ms(forecast.tookMs.max)} at the longest`],
  ]);
  const stops = halts.map(({ limit, wave, count }) => [
    `wave ${wave + 1}`,
    limit,
    percent(count / runs),
    bar(count, runs, BAR_WIDTH),
  ]);
  return [
    plain(forecast.sentence),
    facts,
    `Devices that were given the release:\n${distributionText(forecast.reached, devices)}`,
    `Devices on which it failed:\n${distributionText(forecast.failed, devices)}`,
    stops.length === 0 ? '' : `What stopped it:\n${table(['where', 'limit', 'runs', ''], stops)}`,
    'Nothing was changed: these devices were simulated.',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** The shares of runs that stayed within a number of devices, as bars over the size of the fleet. */
export function distributionText(values: Distribution, devices: number): string {
  const rows = [
    ['best run', values.min],
    ['half of the runs', values.p50],
    ['9 of 10 runs', values.p90],
    ['99 of 100 runs', values.p99],
    ['worst run', values.max],
  ] as const;
  const words = rows.map(([, value]) => `≤ ${whole(value)}`);
  const width = Math.max(...words.map((text) => text.length));
  return rows
    .map(([name, value], at) =>
      `  ${name.padEnd(16)}  ${words[at]?.padStart(width)}  ${percent(value / Math.max(1, devices)).padStart(5)}  ${bar(value, devices, BAR_WIDTH)}`.trimEnd(),
    )
    .join('\n');
}

/** One line for scripts and people: the worst that the forecast saw, against what was allowed. */
export function aboveText({ reached, runs }: RolloutForecast, atMost: number): string {
  return `the worst of ${plural(runs, 'run')} reached ${plural(whole(reached.max), 'device')}; --at-most allows ${atMost}`;
}

function whole(value: number): number {
  return Math.round(value);
}

function ms(value: number): string {
  // Below a second nobody plans by it, above it fractions are noise.
  return formatDurationMs(value < 1_000 ? Math.round(value) : Math.round(value / 1_000) * 1_000);
}
