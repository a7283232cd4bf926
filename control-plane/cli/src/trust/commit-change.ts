import { resolve } from 'node:path';
import type { TrustDraft } from '@wherry/protocol';
import type { Command } from 'commander';
import type { Connection } from '../connection/connect.ts';
import { present, type Shell } from '../shell.ts';
import { missingSignatures, signDraft, writeDraft } from './draft.ts';
import { checkSignatures, rememberSent, uploadDraft } from './send-draft.ts';
import { availableSigners, type SignerOptions } from './signers.ts';

export interface ChangeOptions extends SignerOptions {
  /** Write the change there for others to sign, rather than upload it. */
  readonly out?: string;
}

/** Signs a change with the keys at hand. All signatures there: uploads it. With `--out`: leaves it in a file for others. */
export async function commitChange(
  shell: Shell,
  command: Command,
  connection: Connection,
  change: TrustDraft,
  options: ChangeOptions,
  done: string,
): Promise<void> {
  const signedWith = await signDraft(change, await availableSigners(shell, options));
  const missing = missingSignatures(change);
  if (options.out !== undefined) {
    const file = resolve(shell.folder, options.out);
    await writeDraft(file, change);
    present(shell, command, { file, signedWith, missing }, () => waitingText(file, missing));
    return;
  }
  checkSignatures(change, 'let others sign too: add --out FILE, then "wherry trust sign FILE" there');
  await uploadDraft(connection, change);
  await rememberSent(shell, command, connection, change, true);
  const versions = versionsOf(change);
  present(shell, command, { done, signedWith, versions }, () => `${done} Signed with ${signedWith.join(', ')}.`);
}

export function versionsOf({ documents: { root, targets, publishers = {} } }: TrustDraft): Record<string, number> {
  return {
    ...(root ? { root: root.signed.version } : {}),
    ...(targets ? { targets: targets.signed.version } : {}),
    ...Object.fromEntries(Object.entries(publishers).map(([app, { signed }]) => [app, signed.version])),
  };
}

export function waitingText(file: string, missing: ReturnType<typeof missingSignatures>): string {
  if (missing.length === 0) return `${file} has all its signatures.\nNext: wherry trust import ${file}`;
  const lines = missing.map(
    ({ what, count, of }) => `  ${what}: ${count} of ${of.map((id) => id.slice(0, 12)).join(', ')}`,
  );
  return [`${file} waits for signatures:`, ...lines, '', `Next, where those keys are: wherry trust sign ${file}`].join(
    '\n',
  );
}
