import { publisherRole } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { misused } from '../../failure.ts';
import { present, type Shell } from '../../shell.ts';
import { changeKeys, type RoleName } from '../../trust/change-keys.ts';
import { type ChangeOptions, commitChange } from '../../trust/commit-change.ts';
import { keyFolder, makeKeyFile } from '../../trust/key-folder.ts';
import { askPassphrase } from '../../trust/passphrase.ts';
import { findPublicKey } from '../../trust/public-key.ts';
import { readBegun } from '../../trust/repository.ts';
import { draftOn } from '../../trust/send-draft.ts';
import { tufKeyId } from '../../trust/tuf-keys.ts';
import { parseApp } from '../release-argument.ts';
import { readCount, withChange } from './change-options.ts';

interface Options extends ChangeOptions {
  readonly role?: string;
  readonly app?: string;
  readonly threshold?: string;
}

export function trustKeyCommand(shell: Shell): Command {
  return new Command('key')
    .description('keys of owners and publishers')
    .addCommand(newCommand(shell))
    .addCommand(changeCommand(shell, 'add', ['<key>'], 'let one more key sign for a role', ([key]) => ({ add: key })))
    .addCommand(
      changeCommand(shell, 'rotate', ['<old>', '<new>'], 'put a key in the place of another', ([old, key]) => ({
        remove: old,
        add: key,
      })),
    )
    .addCommand(
      changeCommand(
        shell,
        'revoke',
        ['<key>'],
        'take a key out of a role; what it alone signed is refused',
        ([key]) => ({
          remove: key,
        }),
      ),
    );
}

function newCommand(shell: Shell): Command {
  const command = new Command('new')
    .description('make a key on this machine')
    .argument('<name>')
    .option('--keys <dir>', 'folder of your keys')
    .option('--no-passphrase', 'leave it unencrypted: for a key that lies in a safe place');
  return command.action(async (name: string, options: { keys?: string; passphrase: boolean }) => {
    const passphrase = options.passphrase ? await askPassphrase(shell, `a new passphrase for ${name}`) : '';
    const { publicHex, path } = await makeKeyFile(keyFolder(shell, options.keys), name, passphrase);
    const made = { name, path, public: publicHex, id: tufKeyId(publicHex) };
    present(shell, command, made, () => `Key ${name} in ${path}\nIts public half, for others:\n  ${publicHex}`);
  });
}

function changeCommand(
  shell: Shell,
  name: string,
  keys: readonly string[],
  description: string,
  changeOf: (keys: readonly string[]) => { add?: string | undefined; remove?: string | undefined },
): Command {
  const command = withChange(
    new Command(name)
      .description(description)
      .option('--role <role>', 'root or targets')
      .option('--app <app>', "an app's publishers")
      .option('--threshold <n>', 'how many must sign from now on'),
  );
  for (const key of keys) command.argument(key, 'a name in your folder, a file, or the public half as 64 hex digits');
  return command.action(async (...given: unknown[]) => {
    const options = given[keys.length] as Options;
    const role = readRole(options);
    const connection = await connect(shell, command);
    const repository = await readBegun(shell, command, connection);
    const found = await Promise.all(
      (given.slice(0, keys.length) as string[]).map((text) => findPublicKey(shell, text, options.keys)),
    );
    const { add, remove } = changeOf(found);
    const change = {
      ...(add === undefined ? {} : { add: [add] }),
      ...(remove === undefined ? {} : { remove: [tufKeyId(remove)] }),
      ...(options.threshold === undefined ? {} : { threshold: readCount('--threshold', options.threshold) }),
    };
    const documents = await changeKeys(connection, repository, role, change, shell.nowMs());
    const what = role.kind === 'app' ? publisherRole(repository.tenant, role.app) : role.kind;
    await commitChange(shell, command, connection, draftOn(repository, documents), options, `Keys of ${what} changed.`);
  });
}

function readRole({ role, app }: Options): RoleName {
  if (app !== undefined && role === undefined) return { kind: 'app', app: parseApp(app) };
  if (app === undefined && (role === 'root' || role === 'targets')) return { kind: role };
  throw misused('say whose keys: --role root, --role targets, or --app APP');
}
