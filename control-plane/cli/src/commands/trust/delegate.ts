import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import type { Shell } from '../../shell.ts';
import { delegateApp } from '../../trust/change-keys.ts';
import { type ChangeOptions, commitChange } from '../../trust/commit-change.ts';
import { findPublicKey } from '../../trust/public-key.ts';
import { readBegun } from '../../trust/repository.ts';
import { draftOn } from '../../trust/send-draft.ts';
import { collect } from '../pairs.ts';
import { parseApp } from '../release-argument.ts';
import { readCount, withChange } from './change-options.ts';

interface Options extends ChangeOptions {
  readonly to: readonly string[];
  readonly threshold?: string;
}

export function delegateCommand(shell: Shell): Command {
  const command = withChange(
    new Command('delegate')
      .description("let keys sign an app's releases")
      .argument('<app>')
      .option(
        '--to <key>',
        'public key of a publisher: a name in the folder, a file, or 64 hex digits (repeat; else "publisher")',
        collect,
        [],
      )
      .option('--threshold <n>', 'how many of them must sign each release'),
  ).addHelpText('after', '\nExample:\n  $ wherry trust delegate thermostat --to build-server.pub');
  return command.action(async (text: string, options: Options) => {
    const app = parseApp(text);
    const connection = await connect(shell, command);
    const repository = await readBegun(shell, command, connection);
    const to = options.to.length > 0 ? options.to : ['publisher'];
    const add = await Promise.all(to.map((key) => findPublicKey(shell, key, options.keys)));
    const threshold = options.threshold === undefined ? {} : { threshold: readCount('--threshold', options.threshold) };
    const documents = await delegateApp(connection, repository, app, { add, ...threshold }, shell.nowMs());
    const change = draftOn(repository, documents);
    await commitChange(
      shell,
      command,
      connection,
      change,
      options,
      `Releases of ${app} are signed by ${to.join(', ')} now.`,
    );
  });
}
