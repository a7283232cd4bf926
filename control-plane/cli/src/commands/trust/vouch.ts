import { getRelease } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { refused } from '../../failure.ts';
import { bytesOf } from '../../publishing/sign-release.ts';
import type { Shell } from '../../shell.ts';
import { type ChangeOptions, commitChange } from '../../trust/commit-change.ts';
import { nameRelease, revokeRelease } from '../../trust/name-release.ts';
import { readBegun, readPublisher } from '../../trust/repository.ts';
import { draftOn } from '../../trust/send-draft.ts';
import { parseReleaseName } from '../release-argument.ts';
import { withChange } from './change-options.ts';
import { confirmRelease } from './confirm-release.ts';

interface VouchOptions extends ChangeOptions {
  readonly digest?: string;
}

/** A release that is published into the signed metadata of its app, and out of it. */
export function vouchCommand(shell: Shell): Command {
  const command = withChange(
    new Command('vouch')
      .description('sign a release that is published and that no signed metadata names, such as one that was revoked')
      .argument('<app@version>')
      .option(
        '--digest <digest>',
        'the release that you mean, as sha256:…; asked for where this machine never saw it signed',
      ),
  );
  return command.action(async (text: string, options: VouchOptions) => {
    const params = parseReleaseName(text);
    const connection = await connect(shell, command);
    const repository = await readBegun(shell, command, connection);
    const release = await connection.client.call(getRelease, { params });
    const current = await readPublisher(connection, repository, release.app);
    const { tenant } = repository;
    const { bytes, digest } = bytesOf(release.payload);
    if (digest !== release.digest)
      throw refused('digest_mismatch', `${text} is not the release that is known as ${release.digest}`);
    if (release.payload.app !== params.app || release.payload.version !== params.version)
      throw refused('release_disagrees', `the control plane answers with another release than ${text}`);
    await confirmRelease(shell, command, release, repository.apps.of(release.app), options.digest);
    const signed = nameRelease(current?.signed ?? null, tenant, release.payload, bytes, shell.nowMs());
    const change = draftOn(repository, { publishers: { [release.app]: { signatures: [], signed } } });
    await commitChange(shell, command, connection, change, options, `Devices may run ${text} now.`);
  });
}

export function revokeReleaseCommand(shell: Shell): Command {
  const command = withChange(
    new Command('revoke').description('take a release out of what may run; its key stays').argument('<app@version>'),
  );
  return command.action(async (text: string, options: ChangeOptions) => {
    const { app, version } = parseReleaseName(text);
    const connection = await connect(shell, command);
    const repository = await readBegun(shell, command, connection);
    const current = await readPublisher(connection, repository, app);
    const signed = revokeRelease(current?.signed ?? null, repository.tenant, app, version, shell.nowMs());
    const change = draftOn(repository, { publishers: { [app]: { signatures: [], signed } } });
    await commitChange(shell, command, connection, change, options, `${text} is revoked.`);
  });
}
