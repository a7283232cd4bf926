import { resolve } from 'node:path';
import { ApiError, type AppName, publishRelease, type ReleaseView } from '@wherry/protocol';
import type { Command } from 'commander';
import type { Connection } from '../connection/connect.ts';
import { CliFailure, misused } from '../failure.ts';
import type { Shell } from '../shell.ts';
import { missingSignatures, writeDraft } from '../trust/draft.ts';
import { checkSignatures, rememberSent } from '../trust/send-draft.ts';
import { availableSigners, type SignerOptions } from '../trust/signers.ts';
import { readEvidence } from './read-evidence.ts';
import { openRole, type ReleaseBytes, signRelease } from './sign-release.ts';

/** Others who publish the same app at the same time; each time one of us is first. */
const ATTEMPTS = 8;

export interface SendOptions extends SignerOptions {
  /** Leave it there, for others to sign. */
  readonly out?: string;
  /** Files of sigstore bundles. */
  readonly evidence: readonly string[];
  /** A number far above those before is right. */
  readonly acceptJump?: boolean;
}

export type SentRelease =
  | { readonly kind: 'published'; readonly view: ReleaseView }
  | { readonly kind: 'waiting'; readonly file: string; readonly missing: ReturnType<typeof missingSignatures> };

/**
 * Signs a release and publishes it with the role that names it, in one step. When another release was published meanwhile, everything is
 * read, numbered and signed anew. Code: signature_missing, when the keys at hand do not suffice, and those of the control plane.
 */
export async function sendRelease(
  shell: Shell,
  command: Command,
  connection: Connection,
  app: AppName,
  options: SendOptions,
  prepare: () => Promise<ReleaseBytes>,
): Promise<SentRelease> {
  if (options.out !== undefined && options.evidence.length > 0)
    throw misused(
      'bundles travel with a release that is uploaded, not in a file that waits: leave out --out or --evidence',
    );
  const evidence = await readEvidence(shell, options.evidence);
  const signers = await availableSigners(shell, options);
  for (let attempt = 1; ; attempt += 1) {
    const opened = await openRole(shell, command, connection, app, options.acceptJump === true);
    const draft = await signRelease(shell, opened, await prepare(), signers);
    if (options.out !== undefined) {
      const file = resolve(shell.folder, options.out);
      await writeDraft(file, draft);
      return { kind: 'waiting', file, missing: missingSignatures(draft) };
    }
    checkSignatures(draft, 'let others sign too: add --out FILE, then "wherry trust sign FILE" where their keys are');
    const [role] = Object.values(draft.documents.publishers ?? {});
    try {
      if (!role || draft.release === undefined) throw new TypeError('a release without its role');
      const view = await connection.client.call(publishRelease, {
        body: { payload: draft.release, role, ...(evidence.length > 0 && { evidence }) },
      });
      await rememberSent(shell, command, connection, draft, true);
      return { kind: 'published', view };
    } catch (error) {
      if (!isLate(error) || attempt >= ATTEMPTS) throw error;
    }
  }
}

function isLate(error: unknown): boolean {
  if (!(error instanceof ApiError) || error instanceof CliFailure) return false;
  return error.problem.code === 'conflict' || error.problem.code === 'version_not_higher';
}
