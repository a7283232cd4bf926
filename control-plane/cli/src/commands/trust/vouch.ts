import { getRelease } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { refused } from '../../failure.ts';
import { bytesOf } from '../../publishing/sign-release.ts';
import type { Shell } from '../../shell.ts';
import { type ChangeOptions, commitChange } from '../../trust/commit-change.ts';
import { nameRelease, revokeRelease } from '../../trust/name-release.ts';
import { draftOn, readBegun, readPublisher } from '../../trust/repository.ts';
import { parseReleaseName } from '../release-argument.ts';
import { withChange } from './change-options.ts';

/** A release that is published into the signed metadata of its app, and out of it. */
export function vouchCommand(shell: Shell): Command {
  const command = withChange(
    new Command('vouch')
      .description('sign a release that is published and that no signed metadata names, such as one that was revoked')
      .argument('<app@version>'),
  );
  return command.action(async (text: string, options: ChangeOptions) => {
    const params = parseReleaseName(text);
    const connection = await connect(shell, command);
    const repository = await readBegun(shell, command, connection);
    const release = await connection.client.call(getRelease, { params });
    const current = await readPublisher(connection, repository, release.app);
    const { tenant } = repository;
    const { bytes, digest } = bytesOf(release.payload);
    if (digest !== release.digest)
      throw refused('digest_mismatch', `${text} is not the release that is known as ${release.digest}`);
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
