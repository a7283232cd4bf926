import { generateKeyPairSync } from 'node:crypto';
import { access, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import { refused } from '../failure.ts';
import { keyIdOf } from '../publishing/publisher-key.ts';
import { present, type Shell } from '../shell.ts';

export function keysCommand(shell: Shell): Command {
  return new Command('keys').description('publisher keys on this machine').addCommand(newKeyCommand(shell));
}

function newKeyCommand(shell: Shell): Command {
  const command = new Command('new')
    .description('make a key that signs releases')
    .option('--out <file>', 'where to write the private key; FILE.pub and trust.json go beside it', 'publisher.pem')
    .addHelpText(
      'after',
      `
Keep the private key away from the control plane: whoever holds both can run anything on your devices.
Give trust.json to each device when it is set up; it is whom the device believes.

Example:
  $ wherry keys new --out publisher.pem`,
    );
  return command.action(async (options: { out: string }) => {
    const file = resolve(shell.folder, options.out);
    const trustFile = join(dirname(file), 'trust.json');
    for (const path of [file, `${file}.pub`, trustFile]) await mustNotExist(path);
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    await create(file, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 0o600);
    await create(`${file}.pub`, `${key}\n`, 0o644);
    await create(trustFile, `${JSON.stringify({ publisherKeys: [key], threshold: 1 }, null, 2)}\n`, 0o644);
    const made = { id: keyIdOf(publicKey), key, files: { private: file, public: `${file}.pub`, trust: trustFile } };
    present(shell, command, made, () =>
      [
        `Key ${made.id}`,
        `  private  ${file}  (keep it secret and offline)`,
        `  public   ${file}.pub  ${key}`,
        `  trust    ${trustFile}  (for "wherry-agent claim --trust")`,
        '',
        `Next: wherry key add ${options.out}.pub`,
      ].join('\n'),
    );
  });
}

async function mustNotExist(path: string): Promise<void> {
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (exists) throw refused('already_exists', `${path} exists already and is not overwritten: choose another --out`);
}

/** Fails if the file exists, so that two runs at once cannot overwrite each other's key either. */
async function create(path: string, text: string, mode: number): Promise<void> {
  await writeFile(path, text, { mode, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    throw refused(error.code === 'EEXIST' ? 'already_exists' : 'unavailable', `write ${path}: ${error.message}`);
  });
}
