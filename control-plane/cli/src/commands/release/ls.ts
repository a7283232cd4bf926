import { firstItems, listReleases, type ReleaseView } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { present, type Shell } from '../../shell.ts';
import { age, shortDigest } from '../../terminal/figures.ts';
import { table } from '../../terminal/table.ts';
import { LIMIT_OPTION, parseLimit } from '../limit-option.ts';
import { parseApp } from '../release-argument.ts';

export function listReleasesCommand(shell: Shell): Command {
  const command = new Command('ls')
    .description('list releases, newest first')
    .argument('[app]', 'only of this app')
    .option(...LIMIT_OPTION, parseLimit, 100);
  return command.action(async (appText: string | undefined, options: { limit: number }) => {
    const app = appText === undefined ? undefined : parseApp(appText);
    const { client } = await connect(shell, command);
    const { items } = await firstItems(options.limit, (page) =>
      client.call(listReleases, { query: { ...page, ...(app ? { app } : {}) } }),
    );
    present(shell, command, { items }, () => releasesText(items, app, shell.nowMs()));
  });
}

function releasesText(releases: readonly ReleaseView[], app: string | undefined, nowMs: number): string {
  if (releases.length === 0)
    return app === undefined
      ? 'Nothing is published yet. Publish with "wherry publish".'
      : `No release of ${app} is published. "wherry release ls" shows those of all apps.`;
  return table(
    ['app', 'version', 'counter', 'variants', 'running on', 'published', 'digest'],
    releases.map((release) => [
      release.app,
      release.version,
      release.releaseCounter,
      release.payload.variants.map((variant) => variant.kind).join(', '),
      release.runningOn,
      age(release.publishedAtMs, nowMs),
      shortDigest(release.digest),
    ]),
  );
}
