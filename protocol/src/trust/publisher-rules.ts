import { type Outcome, refuse, succeed } from '../errors.ts';
import { type PublisherDocument, type TargetsDocument, TRUST_BOUNDS } from './metadata.ts';
import { publisherRole, type ReleaseCustom, releaseCustom, releaseTargetPath } from './release-target.ts';
import { checkHead, checkSigned, type TrustRules } from './repository-rules.ts';
import { publisherSigners } from './signers.ts';

/** A release that a role names: the digest of its payload, and what is signed of it. */
export interface NamedRelease {
  readonly path: string;
  readonly digest: string;
  readonly lengthBytes: number;
  readonly custom: ReleaseCustom;
}

/**
 * The next version of an app's role. A release may be taken out, which revokes it; it never changes. Answers what the role names anew.
 * Codes: outside_delegation, equivocation, metadata_malformed, and those of checkHead and checkSigned.
 */
export function checkPublisher(
  app: string,
  next: PublisherDocument,
  current: PublisherDocument | null,
  targets: TargetsDocument,
  rules: TrustRules,
): Outcome<readonly NamedRelease[]> {
  const role = publisherRole(rules.tenant, app);
  const signers = publisherSigners(targets, role);
  if (signers === null)
    return refuse(
      'outside_delegation',
      `nobody may sign releases of ${app} yet: delegate it with "wherry trust delegate ${app}"`,
    );
  const head = checkHead(role, next, current, rules);
  if (!head.ok) return head;
  const named = Object.entries(next.signed.targets);
  if (named.length > TRUST_BOUNDS.targetsPerRole)
    return refuse(
      'payload_too_large',
      `${role} names more than ${TRUST_BOUNDS.targetsPerRole} releases: revoke old ones`,
    );
  const added: NamedRelease[] = [];
  for (const [path, target] of named) {
    const known = current && Object.hasOwn(current.signed.targets, path) ? current.signed.targets[path] : undefined;
    if (known && known.hashes.sha256 !== target.hashes.sha256)
      return refuse('equivocation', `${path} is signed with other content already: publish under a new version`);
    const custom = releaseCustom.safeParse(target.custom);
    if (!custom.success) return refuse('metadata_malformed', `the signed summary of ${path} cannot be read`);
    if (custom.data.app !== app || path !== releaseTargetPath(rules.tenant, app, custom.data.version))
      return refuse('outside_delegation', `${path} is not a release of ${app}`);
    if (!known)
      added.push({ path, digest: `sha256:${target.hashes.sha256}`, lengthBytes: target.length, custom: custom.data });
  }
  const signed = checkSigned(role, next, signers, rules);
  return signed.ok ? succeed(added) : signed;
}
