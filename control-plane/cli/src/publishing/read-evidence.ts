import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Evidence, LIMITS } from '@wherry/protocol';
import { refused } from '../failure.ts';
import type { Shell } from '../shell.ts';

/**
 * Files that `cosign sign-blob --bundle FILE` or `cosign sign` wrote, as `BUNDLE`, or `BUNDLE,MANIFEST` where it is an OCI manifest that was
 * signed. They are sent as they are: whether they hold is for the control plane to say.
 */
export async function readEvidence(shell: Shell, files: readonly string[]): Promise<Evidence[]> {
  if (files.length > LIMITS.evidencePerRelease)
    throw refused('payload_too_large', `at most ${LIMITS.evidencePerRelease} bundles go with a release`);
  return await Promise.all(
    files.map(async (pair) => {
      const [bundle = '', manifest] = pair.split(',');
      const read = { bundle: (await readSmall(shell, bundle)).toString('utf8') };
      return manifest === undefined
        ? read
        : { ...read, manifest: (await readSmall(shell, manifest)).toString('base64') };
    }),
  );
}

async function readSmall(shell: Shell, file: string): Promise<Buffer> {
  const bytes = await readFile(resolve(shell.folder, file)).catch((error: NodeJS.ErrnoException) => {
    throw refused('not_found', `read ${file}: ${error.message}`);
  });
  if (bytes.length <= LIMITS.evidenceBytes * 0.75) return bytes;
  throw refused('payload_too_large', `${file} is no bundle: it has more than ${LIMITS.evidenceBytes * 0.75} bytes`);
}
