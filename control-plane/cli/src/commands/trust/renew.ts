import { type AppName, type PublisherDocument, releaseCustom } from '@wherry/protocol';
import { Command } from 'commander';
import { type Connection, connect } from '../../connection/connect.ts';
import type { Shell } from '../../shell.ts';
import { type ChangeOptions, commitChange } from '../../trust/commit-change.ts';
import { changeServerKeys, nextPublisher, nextRoot, nextTargets } from '../../trust/edits.ts';
import { type BegunRepository, readBegun, readPublisher } from '../../trust/repository.ts';
import { draftOn } from '../../trust/send-draft.ts';
import { withChange } from './change-options.ts';

interface Options extends ChangeOptions {
  readonly serverKeys?: boolean;
}

export function renewCommand(shell: Shell): Command {
  const command = withChange(
    new Command('renew')
      .description('sign root, targets and all apps again for another year, before they expire')
      .option('--server-keys', 'let the control plane sign with the keys that it has now, in place of those before'),
  );
  return command.action(async (options: Options) => {
    const connection = await connect(shell, command);
    const change = await renewal(
      connection,
      await readBegun(shell, command, connection),
      shell.nowMs(),
      options.serverKeys === true,
    );
    await commitChange(shell, command, connection, change, options, 'Signed for another year.');
  });
}

/** All that people sign, as it is, under its next version. */
export async function renewal(connection: Connection, repository: BegunRepository, nowMs: number, serverKeys: boolean) {
  const { root, targets, state } = repository;
  const publishers: Record<string, PublisherDocument> = {};
  for (const app of appsOf(repository)) {
    const document = await readPublisher(connection, repository, app);
    if (document) publishers[app] = { signatures: [], signed: nextPublisher(document.signed, nowMs) };
  }
  const nextOfRoot = serverKeys ? changeServerKeys(root.signed, state.keys, nowMs) : nextRoot(root.signed, nowMs);
  return draftOn(repository, {
    root: { signatures: [], signed: nextOfRoot },
    targets: { signatures: [], signed: nextTargets(targets.signed, nowMs) },
    ...(Object.keys(publishers).length > 0 ? { publishers } : {}),
  });
}

function appsOf({ targets, tenant }: BegunRepository): AppName[] {
  const { app } = releaseCustom.shape;
  return targets.signed.delegations.roles.flatMap(({ paths }) => {
    const name = app.safeParse(paths[0]?.slice(tenant.length + 1, -2));
    return name.success ? [name.data] : [];
  });
}
