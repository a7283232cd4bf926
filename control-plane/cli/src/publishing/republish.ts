import { publishRelease, type ReleaseView } from '@wherry/protocol';
import type { Connection } from '../connection/connect.ts';
import { readCredentials } from '../oci/credentials.ts';
import { pullRelease } from '../oci/pull-release.ts';
import { parseReference } from '../oci/reference.ts';
import { openRegistry } from '../oci/registry.ts';
import { uploadBytes } from './upload.ts';

/** Publishes what lies signed in a registry: no key is needed, since nothing of it changes. */
export async function publishFromRegistry(
  connection: Connection,
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ReleaseView> {
  const from = parseReference(text);
  const { sealed, modules } = await pullRelease(openRegistry(from, await readCredentials(from.host, env)), from);
  for (const { digest, bytes } of modules) await uploadBytes(connection, digest, bytes);
  return connection.client.call(publishRelease, { body: sealed });
}
