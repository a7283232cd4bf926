import { publisherRole, publisherSigners, type Release, type ReleaseView } from '@wherry/protocol';
import type { Connection } from '../connection/connect.ts';
import type { Shell } from '../shell.ts';
import { missingSignatures, signDraft } from '../trust/draft.ts';
import { nameRelease } from '../trust/name-release.ts';
import { draftOn, readPublisher, readRepository, uploadDraft } from '../trust/repository.ts';
import { availableSigners, type SignerOptions } from '../trust/signers.ts';

/**
 * Names a published release in the signed metadata of its app, where there is a repository and the keys at hand suffice. A release
 * that nobody vouches for stays published; the note says what to do.
 */
export async function vouchFor(
  shell: Shell,
  connection: Connection,
  release: Release,
  { digest }: ReleaseView,
  options: SignerOptions,
): Promise<{ readonly isVouched: boolean; readonly note: string | null }> {
  const repository = await readRepository(connection);
  const { targets } = repository.state;
  if (!targets) return { isVouched: false, note: null };
  const { app, version } = release;
  if (publisherSigners(targets, publisherRole(repository.tenant, app)) === null)
    return {
      isVouched: false,
      note: `Nobody may sign ${app} in the repository: wherry trust delegate ${app}, then wherry trust vouch ${app}@${version}`,
    };
  const current = await readPublisher(connection, app);
  const signed = nameRelease(current?.signed ?? null, repository.tenant, release, digest, shell.nowMs());
  const change = draftOn(repository, { publishers: { [app]: { signatures: [], signed } } });
  await signDraft(change, await availableSigners(shell, options));
  if (missingSignatures(change).length > 0)
    return {
      isVouched: false,
      note: `The keys at hand do not suffice to sign ${app} in the repository: wherry trust vouch ${app}@${version} --out FILE`,
    };
  await uploadDraft(connection, change);
  return { isVouched: true, note: null };
}
