import { resolve } from 'node:path';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { refused } from '../../failure.ts';
import { note, present, type Shell } from '../../shell.ts';
import { versionsOf, waitingText } from '../../trust/commit-change.ts';
import { describeChange } from '../../trust/describe-change.ts';
import { missingSignatures, readDraft, signDraft, writeDraft } from '../../trust/draft.ts';
import { readBegun, readRepository, verifyBegun } from '../../trust/repository.ts';
import { rememberSent, uploadDraft } from '../../trust/send-draft.ts';
import { availableSigners, type SignerOptions } from '../../trust/signers.ts';
import { verifyDraft } from '../../trust/verify-draft.ts';
import { withSight, withSigners } from './change-options.ts';
import { renewal } from './renew.ts';

/** Signing by several people on several machines, through a file: export, sign, import. */
export function exportCommand(shell: Shell): Command {
  const command = withSight(
    new Command('export')
      .description('write what people sign, under its next version, for others to sign')
      .argument('<file>'),
  );
  return command.action(async (text: string) => {
    const connection = await connect(shell, command);
    const change = await renewal(connection, await readBegun(shell, command, connection), shell.nowMs(), false);
    const file = resolve(shell.folder, text);
    await writeDraft(file, change);
    const missing = missingSignatures(change);
    present(shell, command, { file, missing }, () => waitingText(file, missing));
  });
}

export function signCommand(shell: Shell): Command {
  const command = withSigners(
    new Command('sign').description('add the signatures of the keys at hand; needs no network').argument('<file>'),
  );
  return command.action(async (text: string, options: SignerOptions) => {
    const file = resolve(shell.folder, text);
    const change = await readDraft(file);
    await verifyDraft(shell, command, change);
    const changes = describeChange(change);
    note(shell, command, ['This changes:', ...changes.map((line) => `  ${line}`)].join('\n'));
    const signedWith = await signDraft(change, await availableSigners(shell, options));
    if (signedWith.length === 0)
      throw refused('signature_missing', `none of the keys at hand may sign ${file}, or they have signed it already`);
    await writeDraft(file, change);
    const missing = missingSignatures(change);
    const changed = versionsOf(change);
    present(shell, command, { file, signedWith, missing, versions: changed, changes }, () =>
      [
        `Signed ${Object.entries(changed)
          .map((one) => one.join(' '))
          .join(', ')} with ${signedWith.join(', ')}.`,
        waitingText(file, missing),
      ].join('\n'),
    );
  });
}

export function importCommand(shell: Shell): Command {
  const command = withSight(
    new Command('import').description('take a signed change to the control plane').argument('<file>'),
  );
  return command.action(async (text: string) => {
    const change = await readDraft(resolve(shell.folder, text));
    const connection = await connect(shell, command);
    const repository = await readRepository(shell, command, connection);
    if (repository.state.root) await verifyBegun(shell, command, repository);
    await uploadDraft(connection, change);
    await rememberSent(shell, command, connection, change, false);
    const versions = versionsOf(change);
    present(shell, command, { versions }, () => 'Taken in. Devices follow at their next refresh.');
  });
}
