import { formatDurationMs, type LeftOutReason, type RolloutPlanView } from '@wherry/protocol';
import { percent, plural, size } from '../terminal/figures.ts';
import { plain } from '../terminal/plain.ts';
import { sheet, table } from '../terminal/table.ts';

const REASONS: Readonly<Record<LeftOutReason, string>> = {
  already_on_it: 'run it already, with this configuration',
  newer_release: 'run a newer release (--rollback moves them too)',
  does_not_match: 'do not match the selector',
  no_variant_fits: 'can run no variant of it',
  no_wave: 'match, but no wave takes them (add a wave: --wave rest)',
  not_selected: 'are named by a wave, but do not exist or do not match',
};

/** A dry run for people: what would move, in which order, who stays, and what it costs. */
export function planText(plan: RolloutPlanView, release: string): string {
  const { bytes } = plan;
  const unknown =
    bytes.unknownDevices > 0 ? `, and what ${plural(bytes.unknownDevices, 'container engine')} pulls` : '';
  const facts = sheet([
    ['release', release],
    ['to move', `${plural(plan.total, 'device')}, ${plan.online} online now`],
    ['to download', `${size(bytes.total)} in all${unknown}`],
    ['at the least', `${formatDurationMs(Math.round(plan.shortestMs))}, if every device answers at once`],
    ...plan.takesOver.map(
      ({ rollout, devices }) => ['takes over', `${plural(devices, 'device')} from rollout ${rollout}`] as const,
    ),
  ]);
  const parts = [facts, plan.total === 0 ? 'It would move no device.' : wavesText(plan), leftOutText(plan)];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n\nNothing was changed.`;
}

function wavesText({ waves }: RolloutPlanView): string {
  return table(
    ['wave', 'devices', 'online', 'begins', 'halts when', 'first devices'],
    waves.map(({ index, total, online, approval, second, gate, devices }) => [
      index + 1,
      total,
      online,
      second
        ? 'when a second operator approved'
        : approval
          ? 'when approved'
          : index === 0
            ? 'at once'
            : 'when the last one passed',
      `more than ${gate.maxFailures} fail, or ${percent(gate.maxFailureRate)} of ${gate.minSample} or more`,
      named(
        devices.map(({ device, currentVersion }) => (currentVersion ? `${device} (${currentVersion})` : device)),
        total,
      ),
    ]),
  );
}

function leftOutText({ leftOut }: RolloutPlanView): string {
  const lines = leftOut
    .filter(({ count }) => count > 0)
    .flatMap(({ reason, count, devices }) => [
      `  ${plural(count, 'device')}: ${REASONS[reason]}`,
      ...devices.slice(0, 3).map(({ device, sentence }) => `    ${plain(device)}: ${plain(sentence)}`),
    ]);
  return lines.length === 0 ? '' : ['Left out:', ...lines].join('\n');
}

function named(names: readonly string[], total: number): string {
  const shown = names.slice(0, 3);
  return shown.join(', ') + (total > shown.length ? ', …' : '');
}
