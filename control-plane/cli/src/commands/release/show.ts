import { formatDurationMs, getRelease, type ReleaseView } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { present, type Shell } from '../../shell.ts';
import { timestamp } from '../../terminal/figures.ts';
import { sheet } from '../../terminal/table.ts';
import { parseReleaseName } from '../release-argument.ts';
import { capabilitiesText, limitsText, triggerText, variantText } from './release-text.ts';

export function showReleaseCommand(shell: Shell): Command {
  const command = new Command('show').description('show one release').argument('<app@version>');
  return command.action(async (name: string) => {
    const params = parseReleaseName(name);
    const { client } = await connect(shell, command);
    const release = await client.call(getRelease, { params });
    present(shell, command, release, () => releaseText(release));
  });
}

function releaseText({ payload, ...release }: ReleaseView): string {
  const { limits, health } = payload;
  return sheet([
    ['release', `${release.app}@${release.version}, number ${release.releaseCounter}`],
    ['digest', release.digest],
    ['published', timestamp(release.publishedAtMs)],
    ['signed by', release.signedBy.join(', ')],
    ['running on', `${release.runningOn} devices`],
    ...payload.variants.map((variant, i) => [`variant ${i + 1}`, variantText(variant)] as const),
    ...payload.triggers.map((trigger) => ['trigger', triggerText(trigger)] as const),
    ['may use', capabilitiesText(payload.capabilities)],
    ['limits', limitsText(limits)],
    [
      'health',
      `after ${formatDurationMs(health.afterMs)}, every ${formatDurationMs(health.everyMs)}, ${health.failures} failures, soak ${formatDurationMs(health.soakMs)}`,
    ],
    ...Object.entries(payload.config).map(
      ([key, field]) =>
        [`config ${key}`, `${field.type}${field.default === undefined ? '' : `, default ${field.default}`}`] as const,
    ),
    ['notes', payload.notes],
  ]);
}
