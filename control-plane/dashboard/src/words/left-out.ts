import type { LeftOutReason } from '@wherry/protocol';

/** Why devices stay as they are, after "3 devices". */
export const LEFT_OUT_WORDS: Readonly<Record<LeftOutReason, string>> = {
  already_on_it: 'run it already',
  newer_release: 'run a newer release; tick Rollback to move them too',
  does_not_match: 'do not match the selector',
  no_variant_fits: 'can run no variant of it',
  no_wave: 'match, but no wave takes them',
  not_selected: 'are named by a wave, but do not exist or do not match',
};
