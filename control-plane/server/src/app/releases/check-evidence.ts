import { type Digest, type Evidence, type Outcome, type Problem, type Release, succeed } from '@wherry/protocol';
import { openEvidenceJudge } from '../../evidence/judge-evidence.ts';
import { findBlob } from '../blobs.ts';
import type { AppContext } from '../context.ts';
import { APP_LIMITS } from '../limits.ts';

/**
 * Where the tenant's policy asks for it, each artifact of a release is one that somebody whom the policy names signed for.
 * Codes: evidence_missing, evidence_invalid, evidence_untrusted.
 */
export async function checkEvidence(
  context: AppContext,
  tenant: string,
  release: Release,
  given: readonly Evidence[],
): Promise<Outcome<void>> {
  const { requireCosign } = await context.store.publishPolicies.get(tenant);
  if (requireCosign === null) return succeed(undefined);
  const judge = await openEvidenceJudge(requireCosign);
  if (!judge.ok) return judge;
  const covered = new Set<string>();
  const problems: Problem[] = [];
  for (const evidence of given) {
    const subject = evidence.manifest === undefined ? judge.value.subject(evidence) : null;
    const judged = judge.value.judge(evidence, subject === null ? null : await readArtifact(context, tenant, subject));
    if (judged.ok) for (const digest of judged.value) covered.add(digest);
    else problems.push(...judged.problems);
  }
  for (const { names, what } of artifactsToCover(release)) {
    if (names.some((name) => covered.has(name))) continue;
    problems.push({
      code: 'evidence_missing',
      message: `no evidence holds for ${what}: sign it with cosign, and publish with --evidence BUNDLE`,
    });
  }
  return problems.length > 0 ? { ok: false, problems } : succeed(undefined);
}

/** Each under any of the names that a signature may call it by. */
function artifactsToCover({ variants }: Release): { readonly names: readonly string[]; readonly what: string }[] {
  return variants.map((variant) => {
    if (variant.kind === 'wasm') return { names: [variant.module.digest], what: `the module ${variant.module.digest}` };
    if (variant.kind === 'agent')
      return { names: [variant.archive.digest], what: `the agent ${variant.archive.digest}` };
    const image = variant.image.slice(variant.image.indexOf('sha256:'));
    const archive = variant.archive ? [variant.archive.digest] : [];
    return { names: [image, ...archive], what: `the image ${variant.image}` };
  });
}

/** Null for what is not here, or is too large to be read at once. */
async function readArtifact(context: AppContext, tenant: string, digest: string): Promise<Uint8Array | null> {
  const sizeBytes = await findBlob(context, tenant, digest as Digest);
  if (sizeBytes === null || sizeBytes > APP_LIMITS.signedArtifactBytes) return null;
  const chunks: Uint8Array[] = [];
  for await (const chunk of context.blobs.read(digest, 0, sizeBytes)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
