import type { AppName, Release } from '@wherry/protocol';
import type { Command } from 'commander';
import type { Connection } from '../connection/connect.ts';
import { readCredentials } from '../oci/credentials.ts';
import { pullRelease } from '../oci/pull-release.ts';
import { parseReference } from '../oci/reference.ts';
import { openRegistry } from '../oci/registry.ts';
import type { Shell } from '../shell.ts';
import { type SendOptions, type SentRelease, sendRelease } from './send-release.ts';
import { uploadBytes } from './upload.ts';

/**
 * Publishes what lies in a registry, under the digest it has there: nothing of it changes. Who may sign the app here vouches for it;
 * the place is named by digest, so that what is signed is what was looked at.
 */
export async function publishFromRegistry(
  shell: Shell,
  command: Command,
  connection: Connection,
  text: string,
  options: SendOptions,
): Promise<SentRelease & { readonly release: Release }> {
  const from = parseReference(text);
  const registry = openRegistry(from, await readCredentials(from.host, shell.env));
  const { modules, ...release } = await pullRelease(registry, from);
  for (const { digest, bytes } of modules) await uploadBytes(connection, digest, bytes);
  const app = release.release.app as AppName;
  const sent = await sendRelease(shell, command, connection, app, options, async () => release);
  return { ...sent, release: release.release };
}
