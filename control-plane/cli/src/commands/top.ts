import { setTimeout as delay } from 'node:timers/promises';
import { type TopRow, topUsage } from '@wherry/protocol';
import { Command, Option } from 'commander';
import { connect } from '../connection/connect.ts';
import { globalOptions, present, type Shell } from '../shell.ts';
import { age, percent, size } from '../terminal/figures.ts';
import { table } from '../terminal/table.ts';
import { LIMIT_OPTION, parseLimit } from './limit-option.ts';
import { checkedSelector, SELECTOR_HELP } from './selector-argument.ts';

const REFRESH_MS = 5_000;
const CLEAR_SCREEN = '\u001b[H\u001b[2J';
const MEASURES = ['cpu', 'memory', 'calls', 'errors'] as const;

interface Options {
  readonly by: (typeof MEASURES)[number];
  readonly once?: boolean;
  readonly limit: number;
}

export function topCommand(shell: Shell): Command {
  const command = new Command('top')
    .description('the workloads that use most, refreshed until Ctrl-C')
    .argument('[selector]', 'only on devices that match')
    .addOption(new Option('--by <measure>', 'what to sort by').choices(MEASURES).default('cpu'))
    .option('--once', 'print once and end (always so when the output is not a terminal)')
    .option(...LIMIT_OPTION, parseLimit, 20)
    .addHelpText('after', SELECTOR_HELP);
  return command.action(async (selectorText: string | undefined, options: Options) => {
    const selector = checkedSelector(selectorText);
    const { client } = await connect(shell, command);
    const query = { by: options.by, limit: Math.min(options.limit, 500), ...(selector ? { selector } : {}) };
    const isOnce = options.once || !shell.terminal.isInteractive || globalOptions(command).json;
    while (true) {
      const answer = await client.call(topUsage, { query });
      if (!isOnce) shell.terminal.out.write(CLEAR_SCREEN);
      present(shell, command, answer, () => topText(answer.items, shell.nowMs()));
      if (isOnce) return;
      await delay(REFRESH_MS, undefined, { signal: shell.signal }).catch(() => {});
      if (shell.signal.aborted) return;
    }
  });
}

function topText(rows: readonly TopRow[], nowMs: number): string {
  if (rows.length === 0)
    return 'No usage has been reported yet. Devices report every few minutes once something runs: wherry rollout start APP@VERSION';
  return table(
    [
      ...['device', 'app', 'version', 'cpu', 'memory', 'module peak', 'calls', 'p50', 'p99', 'errors', 'limits hit'],
      ...['out', 'in', 'isolation', 'measured'],
    ],
    rows.map((row) => [
      row.device,
      row.app,
      row.version,
      percent(row.cpuShare),
      size(row.memoryBytes),
      known(row.figures?.modulePeakBytes, size),
      row.calls,
      known(row.figures?.callP50Ms, milliseconds),
      known(row.figures?.callP99Ms, milliseconds),
      row.errors,
      limitsText(row),
      known(row.figures?.sentBytes, size),
      known(row.figures?.receivedBytes, size),
      row.figures ? `${row.figures.isolation} (${row.figures.source})` : '-',
      age(row.atMs, nowMs),
    ]),
  );
}

function known(value: number | undefined, text: (value: number) => string): string {
  return value === undefined ? '-' : text(value);
}

function milliseconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

/** By name where the device says so: `2 fuel, 1 wall`. */
function limitsText({ limitsHit, figures }: TopRow): string {
  const named = Object.entries(figures?.limits ?? {}).map(([name, count]) => `${count} ${name}`);
  return named.length === 0 ? String(limitsHit) : named.join(', ');
}
