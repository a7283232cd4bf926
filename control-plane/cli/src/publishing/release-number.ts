import { type Outcome, refuse, succeed } from '@wherry/protocol';

/**
 * The number (`releaseCounter`) that a release is signed with. The control plane knows of releases that no metadata names any more, so
 * it is asked; but it may not go back below what verified metadata has named, nor use numbers up: a device never goes to a lower one,
 * and a floor is raised over them. Pure.
 */
export interface NumberRules {
  /** Highest that verified metadata has named, as far as this machine has seen. */
  readonly seen: number;
  /** A person says that the control plane was restored from an older copy. */
  readonly isRestored: boolean;
  /** A person says that a number far above is right. */
  readonly acceptsJump: boolean;
}

/** Releases that others have published and taken out again without this machine ever seeing them. */
export const NUMBER_JUMP_MAX = 100;

/** Codes: rollback_attack, version_not_higher (too far above). */
export function checkNumber(number: number, { seen, isRestored, acceptsJump }: NumberRules): Outcome<number> {
  if (number <= seen && !isRestored)
    return refuse(
      'rollback_attack',
      `the release would get the number ${number}, and ${seen} was signed before: if the control plane was restored from an older copy, say so with --accept-restored; if not, somebody else has been in it`,
    );
  if (number > seen + NUMBER_JUMP_MAX && !acceptsJump)
    return refuse(
      'version_not_higher',
      `the release would get the number ${number}, far above the ${seen} that was signed last: if that is right, say so with --accept-jump`,
    );
  return succeed(number);
}
