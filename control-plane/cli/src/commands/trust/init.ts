import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { refused } from '../../failure.ts';
import type { Shell } from '../../shell.ts';
import { type ChangeOptions, commitChange } from '../../trust/commit-change.ts';
import { changePublisher, firstRoot, firstTargets } from '../../trust/edits.ts';
import { keyFolder, listKeyFiles, makeKeyFile } from '../../trust/key-folder.ts';
import { askPassphrase } from '../../trust/passphrase.ts';
import { findPublicKey } from '../../trust/public-key.ts';
import { readRepository } from '../../trust/repository.ts';
import { draftOn } from '../../trust/send-draft.ts';
import { collect } from '../pairs.ts';
import { parseApp } from '../release-argument.ts';
import { readCount, withChange } from './change-options.ts';

interface Options extends ChangeOptions {
  readonly rootKey: readonly string[];
  readonly rootThreshold?: string;
  readonly targetsKey: readonly string[];
  readonly targetsThreshold?: string;
  readonly app: readonly string[];
  readonly passphrase: boolean;
}

export function initTrustCommand(shell: Shell): Command {
  const command = withChange(
    new Command('init')
      .description('begin the repository that says what may run: its keys, its root, its first metadata')
      .option(
        '--root-key <key>',
        'public key of an owner: a file, or 64 hex digits (repeat; else a new key "root")',
        collect,
        [],
      )
      .option('--root-threshold <n>', 'how many owners must sign a root')
      .option('--targets-key <key>', 'public key of who delegates apps (repeat; else a new key "targets")', collect, [])
      .option('--targets-threshold <n>', 'how many of them must sign')
      .option('--app <app>', 'let the key "publisher" sign this app (repeat for more)', collect, [])
      .option('--no-passphrase', 'leave new keys unencrypted: for trying out, and for keys in a safe place'),
  ).addHelpText(
    'after',
    `
Alone, or to try it out:
  $ wherry trust init --app thermostat && wherry trust root > root.json

Two of three owners, each with a key made by "wherry trust key new root" on a machine of their own:
  $ wherry trust init --root-threshold 2 --root-key ann.pub --root-key bob.pub --root-key eve.pub --out begin.json
  $ wherry trust sign begin.json      (where the keys are, one after the other)
  $ wherry trust import begin.json`,
  );
  return command.action(async (options: Options) => {
    const connection = await connect(shell, command);
    const repository = await readRepository(shell, command, connection);
    if (repository.state.root)
      throw refused('already_exists', 'there is a repository already: see it with "wherry trust audit"');
    const find = (texts: readonly string[]) =>
      Promise.all(texts.map((text) => findPublicKey(shell, text, options.keys)));
    const given = { root: await find(options.rootKey), targets: await find(options.targetsKey) };
    const rootThreshold = readCount('--root-threshold', options.rootThreshold ?? '1');
    const targetsThreshold = readCount('--targets-threshold', options.targetsThreshold ?? '1');
    const apps = options.app.map(parseApp);
    const make = keyMaker(shell, options);
    const root = given.root.length > 0 ? given.root : [await make('root')];
    const targets = given.targets.length > 0 ? given.targets : [await make('targets')];
    const publisher = await make('publisher');
    const nowMs = shell.nowMs();
    let signed = firstTargets(nowMs);
    for (const app of apps) signed = changePublisher(signed, repository.tenant, app, { add: [publisher] }, nowMs);
    const owners = { root, rootThreshold, targets, targetsThreshold };
    const documents = {
      root: { signatures: [], signed: firstRoot(owners, repository.state.keys, nowMs) },
      targets: { signatures: [], signed },
    };
    const done = 'The repository is there. Next: wherry trust root > root.json, for your devices; keep the keys safe.';
    await commitChange(shell, command, connection, draftOn(repository, documents), options, done);
  });
}

/** Makes a key of the folder, or takes the one that a try before has left. */
function keyMaker(shell: Shell, options: Options): (name: string) => Promise<string> {
  const folder = keyFolder(shell, options.keys);
  let passphrase: string | undefined;
  return async (name) => {
    const found = (await listKeyFiles(folder)).find((file) => file.name === name);
    if (found) return found.publicHex;
    passphrase ??= options.passphrase ? await askPassphrase(shell, 'a new passphrase for your keys') : '';
    return (await makeKeyFile(folder, name, passphrase)).publicHex;
  };
}
