import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { cosignPolicy, getPublishPolicy, type PublishPolicy, setPublishPolicy } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { misused, refused } from '../../failure.ts';
import { present, type Shell } from '../../shell.ts';
import { collect } from '../pairs.ts';

interface Options {
  readonly key: readonly string[];
  readonly identity: readonly string[];
  readonly trustedRoot?: string;
  readonly transparencyLog?: boolean;
  readonly none?: boolean;
}

export function requireCosignCommand(shell: Shell): Command {
  const command = new Command('require-cosign')
    .description('say which cosign signatures a release must have to be taken in; without options: show it')
    .option('--key <file.pub>', 'a public key that may sign, PEM; may be repeated', collect, [])
    .option('--identity <subject,issuer>', 'a signer that a certificate names, exactly; may be repeated', collect, [])
    .option('--trusted-root <file>', 'trusted_root.json that certificates and logs are held against')
    .option('--transparency-log', 'keys too must have signed into a log of the trusted root')
    .option('--none', 'ask for none')
    .addHelpText(
      'after',
      `
Example:
  $ wherry release require-cosign --key cosign.pub
  $ wherry publish . --evidence app.wasm.bundle`,
    );
  return command.action(async (options: Options) => {
    const policy = await wantedPolicy(shell, options);
    const { client } = await connect(shell, command);
    const now = policy
      ? await client.call(setPublishPolicy, { body: policy })
      : await client.call(getPublishPolicy, {});
    present(shell, command, now, () => policyText(now));
  });
}

/** Null: nothing is to be changed. */
async function wantedPolicy(shell: Shell, options: Options): Promise<PublishPolicy | null> {
  const { key, identity, trustedRoot, transparencyLog } = options;
  const isAsked = key.length + identity.length > 0;
  if (options.none) {
    if (isAsked) throw misused('--none asks for no signature: leave out --key and --identity');
    return { requireCosign: null };
  }
  if (!isAsked) {
    if (trustedRoot === undefined && !transparencyLog) return null;
    throw misused('say who may sign: --key FILE, or --identity SUBJECT,ISSUER');
  }
  const parsed = cosignPolicy.safeParse({
    keys: await Promise.all(key.map((file) => readText(shell, file))),
    identities: identity.map((pair) => {
      const at = pair.lastIndexOf(',');
      return { subject: pair.slice(0, Math.max(at, 0)), issuer: pair.slice(at + 1) };
    }),
    ...(trustedRoot === undefined ? {} : { trustedRoot: await readText(shell, trustedRoot) }),
    transparencyLog: transparencyLog === true,
  });
  if (parsed.success) return { requireCosign: parsed.data };
  throw misused(
    parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'options'}: ${message}`).join('; '),
  );
}

function policyText({ requireCosign }: PublishPolicy): string {
  if (requireCosign === null) return "A release needs its publisher's signature only.";
  const { keys, identities, transparencyLog } = requireCosign;
  return [
    'Each artifact of a release needs a cosign signature by one of:',
    ...keys.map((_, at) => `  key ${at + 1}${transparencyLog ? ', in a transparency log' : ''}`),
    ...identities.map(({ subject, issuer }) => `  ${subject}, as ${issuer} says`),
  ].join('\n');
}

async function readText(shell: Shell, file: string): Promise<string> {
  return await readFile(resolve(shell.folder, file), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw refused('not_found', `read ${file}: ${error.message}`);
  });
}
