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
    ['device', 'app', 'version', 'cpu', 'memory', 'calls', 'errors', 'limits hit', 'measured'],
    rows.map((row) => [
      row.device,
      row.app,
      row.version,
      percent(row.cpuShare),
      size(row.memoryBytes),
      row.calls,
      row.errors,
      row.limitsHit,
      age(row.atMs, nowMs),
    ]),
  );
}
