import type { Rollout } from '@wherry/protocol';
import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import type { Connection } from '../connection/connect.ts';
import { CliFailure, EXIT } from '../failure.ts';
import type { Shell } from '../shell.ts';
import { adviceText, rolloutLine, sumWave } from './rollout-text.ts';
import { watchRollout } from './watch.ts';

/** Shows a rollout while it goes on; ends with the exit code of its end: 0 completed, 3 halted, 4 aborted. */
export async function followRollout(
  shell: Shell,
  connection: Connection,
  id: Rollout['id'],
  isJson: boolean,
): Promise<void> {
  const view = isJson ? jsonView(shell) : shell.terminal.isInteractive ? barsView() : linesView(shell);
  let last: Rollout | undefined;
  try {
    for await (const rollout of watchRollout(connection, id, shell.signal)) {
      view.show(rollout);
      last = rollout;
    }
  } finally {
    view.end();
  }
  if (!last || shell.signal.aborted) throw new CliFailure(EXIT.interrupted);
  if (!isJson) shell.terminal.out.write(endText(last, shell.terminal.isInteractive));
  if (last.state === 'halted') throw new CliFailure(EXIT.halted);
  if (last.state === 'aborted') throw new CliFailure(EXIT.aborted);
}

interface View {
  show(rollout: Rollout): void;
  end(): void;
}

function jsonView({ terminal }: Shell): View {
  return { show: (rollout) => void terminal.out.write(`${JSON.stringify(rollout)}\n`), end: () => {} };
}

function linesView({ terminal }: Shell): View {
  let shown = '';
  return {
    show: (rollout) => {
      const line = rolloutLine(rollout);
      if (line !== shown) terminal.out.write(`${line}\n`);
      // Nothing more happens by itself, and the watch goes on.
      if (line !== shown && rollout.state === 'awaiting_approval')
        terminal.out.write(`${adviceText(rollout).trim()}\n`);
      shown = line;
    },
    end: () => {},
  };
}

function barsView(): View {
  const format = 'wave {wave} {bar} {value}/{total} {succeeded} ok {failed} failed {active} active {waiting} offline';
  const screen = new MultiBar(
    { format, stream: process.stdout, hideCursor: true, barsize: 16 },
    Presets.shades_classic,
  );
  const bars: SingleBar[] = [];
  return {
    show: (rollout) => {
      for (const [i, wave] of rollout.waves.entries()) {
        const { done, total, ...sums } = sumWave(wave);
        const facts = { ...sums, wave: `${i + 1}/${rollout.waves.length}`, state: wave.state };
        const bar = bars[i] ?? screen.create(total, 0, facts);
        bars[i] = bar;
        bar.setTotal(total);
        bar.update(done, facts);
      }
    },
    end: () => screen.stop(),
  };
}

/** Why it ended and what to do next; bars have not said yet how it ended. */
function endText(rollout: Rollout, isInteractive: boolean): string {
  const parts = [
    isInteractive ? rolloutLine(rollout) : '',
    rollout.verdict?.sentence ?? '',
    adviceText(rollout).trim(),
  ];
  return parts
    .filter((part) => part !== '')
    .map((part) => `${part}\n`)
    .join('');
}
