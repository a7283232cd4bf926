import { sign } from 'node:crypto';
import { resolve } from 'node:path';
import { refused } from '../failure.ts';
import type { Shell } from '../shell.ts';
import { type KeyFile, keyFolder, listKeyFiles, readKeyFile } from './key-folder.ts';
import { askPassphrase } from './passphrase.ts';
import { agentSigners } from './ssh-agent.ts';
import type { Signer } from './tuf-keys.ts';

export interface SignerOptions {
  readonly keys?: string;
  /** Key files beside those of the folder. */
  readonly key?: readonly string[];
}

/** Everybody who can sign on this machine: key files, and the SSH agent. A passphrase is asked for when one of them has to sign. */
export async function availableSigners(shell: Shell, options: SignerOptions): Promise<Signer[]> {
  const files = await listKeyFiles(keyFolder(shell, options.keys));
  for (const path of options.key ?? []) files.push(await readKeyFile(resolve(shell.folder, path)));
  const socket = shell.env.SSH_AUTH_SOCK;
  // An agent that has gone is only missed when its key is: then the signature is.
  const held = socket ? await agentSigners(socket).catch(() => []) : [];
  return [...signersOf(shell, files), ...held];
}

function signersOf(shell: Shell, files: readonly KeyFile[]): Signer[] {
  let passphrase: Promise<string> | undefined;
  return files.map((file) => ({
    name: file.name,
    publicHex: file.publicHex,
    async sign(message) {
      if (file.isSealed) passphrase ??= askPassphrase(shell, 'passphrase of the keys');
      const key = file.open((await passphrase) ?? '');
      if (!key) throw refused('signature_missing', `the passphrase of ${file.path} is wrong, or the file is damaged`);
      return sign(null, message, key);
    },
  }));
}
