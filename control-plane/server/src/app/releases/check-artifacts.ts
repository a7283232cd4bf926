import { admit, artifactsOf, type Outcome, type Problem, type Release, succeed } from '@wherry/protocol';
import { findBlob } from '../blobs.ts';
import type { AppContext } from '../context.ts';

/**
 * Every blob is here with the size it is said to have, and every module passes admission as a device will ask it.
 * Codes: blob_missing (one for each digest), length_mismatch, and those of admission.
 */
export async function checkArtifacts(context: AppContext, tenant: string, release: Release): Promise<Outcome<void>> {
  const problems: Problem[] = [];
  for (const { digest, sizeBytes } of artifactsOf(release.variants)) {
    const found = await findBlob(context, tenant, digest);
    if (found === null)
      problems.push({ code: 'blob_missing', message: `upload the blob ${digest} before its release`, path: digest });
    else if (found !== sizeBytes)
      problems.push({
        code: 'length_mismatch',
        message: `the release says that ${digest} has ${sizeBytes} bytes; it has ${found}`,
      });
  }
  if (problems.length > 0) return { ok: false, problems };
  for (const [index, variant] of release.variants.entries()) {
    if (variant.kind !== 'wasm') continue;
    const bytes = await readBlob(context, variant.module.digest, variant.module.sizeBytes);
    const { capabilities, limits, triggers } = release;
    const admitted = admit(bytes, { abi: variant.abi, capabilities, limits, triggers });
    if (!admitted.ok)
      problems.push(...admitted.problems.map((problem) => ({ ...problem, path: `/variants/${index}` })));
  }
  return problems.length > 0 ? { ok: false, problems } : succeed(undefined);
}

async function readBlob(context: AppContext, digest: string, sizeBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of context.blobs.read(digest, 0, sizeBytes)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
