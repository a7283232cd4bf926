import { type Outcome, refuse, succeed } from '@wherry/protocol';
import { TUF_BOUNDS } from './bounds.ts';
import { delegationsFor } from './delegations.ts';
import type { TargetsFile } from './metadata.ts';
import type { Steps } from './steps.ts';
import type { JsonObject } from './strict-json.ts';
import { checkTargetPath } from './target-path.ts';
import { type Hop, loadTargets } from './targets.ts';
import type { TrustedSet } from './trusted-set.ts';

/** A target that the owner's keys name. */
export interface TrustedTarget {
  readonly path: string;
  readonly lengthBytes: number;
  /** Lower-case hexadecimal by algorithm. */
  readonly hashes: Readonly<Record<string, string>>;
  readonly custom: JsonObject;
  /** From `targets` to the role that names it. */
  readonly roles: readonly string[];
  /** The top of the delegations, as it was when the target was found. */
  readonly top: TargetsFile;
}

export interface SearchResult {
  readonly trusted: TrustedSet;
  readonly found: Outcome<TrustedTarget>;
}

interface Visit extends Hop {
  readonly roles: readonly string[];
}

/**
 * TUF 1.0 §5.6.7: pre-order, depth first, in the order in which delegators wrote their delegations. A role that would be reached by
 * two ways is refused rather than skipped: there is no telling whose word it is. Codes: path_escape, target_unknown,
 * delegation_cycle, delegation_diamond, too_many_delegations, and those of loadTargets.
 */
export function* searchTarget(from: TrustedSet, path: string, nowMs: number | null): Steps<SearchResult> {
  const checked = checkTargetPath(path);
  if (!checked.ok) return { trusted: from, found: checked };
  let trusted = from;
  let top: TargetsFile | null = null;
  const visited = new Set<string>();
  const toVisit: Visit[] = [{ delegator: from.root.signed, role: 'targets', roles: ['targets'] }];
  for (let visit = toVisit.pop(); visit !== undefined; visit = toVisit.pop()) {
    const refusal = mayVisit(visit, visited);
    if (!refusal.ok) return { trusted, found: refusal };
    visited.add(visit.role);
    const loaded = yield* loadTargets(trusted, visit, nowMs);
    trusted = loaded.trusted;
    if (!loaded.file.ok) return { trusted, found: loaded.file };
    const file = loaded.file.value;
    top ??= file;
    const target = Object.hasOwn(file.signed.targets, path) ? file.signed.targets[path] : undefined;
    if (target !== undefined) {
      const { length: lengthBytes, hashes } = target;
      const custom = target.custom as JsonObject;
      return { trusted, found: succeed({ path, lengthBytes, hashes, custom, roles: visit.roles, top }) };
    }
    const next = nextOf(file, path, visit.roles);
    if (next.isTerminating) toVisit.length = 0;
    toVisit.push(...next.visits.reverse());
  }
  return { trusted, found: refuse('target_unknown', `no role that is trusted for it names ${path}`) };
}

function mayVisit({ role, roles }: Visit, visited: ReadonlySet<string>): Outcome<void> {
  if (visited.has(role)) {
    const isAbove = roles.slice(0, -1).includes(role);
    if (isAbove) return refuse('delegation_cycle', `the role ${role} is reached from itself`);
    return refuse('delegation_diamond', `the role ${role} has two delegators`);
  }
  if (visited.size > TUF_BOUNDS.rolesPerSearch)
    return refuse('too_many_delegations', `the search went through ${visited.size} roles`);
  return succeed(undefined);
}

/** A terminating delegation is the last one that is followed, here and in everything that still waits above. */
function nextOf(file: TargetsFile, path: string, roles: readonly string[]) {
  const all = delegationsFor(file.signed.delegations, path);
  const last = all.findIndex(({ terminating }) => terminating);
  const followed = last < 0 ? all : all.slice(0, last + 1);
  const visits = followed.map(({ name }) => ({ delegator: file.signed, role: name, roles: [...roles, name] }));
  return { visits, isTerminating: last >= 0 };
}
