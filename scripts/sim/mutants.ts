import type { ShellFlaw } from './stage.ts';
import type { Rule } from './violations.ts';

/** A rule removed from the code: a passage of a real source file replaced, or the simulated shell made to forget its part. */
export type Mutant = { readonly rule: Rule; readonly name: string } & (
  | { readonly file: string; readonly find: string; readonly replace: string }
  | { readonly flaw: ShellFlaw }
);

const LIFECYCLE = 'agent/src/core/lifecycle';
const ROLLOUTS = 'control-plane/server/src/domain/rollouts';

export const MUTANTS: readonly Mutant[] = [
  {
    rule: 'A1',
    name: 'wrong bytes pass for the blob',
    file: `${LIFECYCLE}/answers.ts`,
    find: "  const isContent = code === 'digest_mismatch'",
    replace:
      "  if (code === 'digest_mismatch') return onBlobFetched(state, env);\n  const isContent = code === 'digest_mismatch'",
  },
  {
    rule: 'A2',
    name: 'the last good release is collected',
    file: `${LIFECYCLE}/kept.ts`,
    find: 'if (good !== null) keep(',
    replace: "if (good !== null && phase === 'healthy') keep(",
  },
  {
    rule: 'A3',
    name: 'an older generation is accepted',
    file: 'agent/src/core/acceptance.ts',
    find: 'accepted !== null && next.generation < accepted.generation',
    replace: 'false && next.generation < (accepted?.generation ?? 0)',
  },
  {
    rule: 'A3',
    name: 'an older release is confirmed',
    file: `${LIFECYCLE}/answers.ts`,
    find: 'good !== null && releaseCounter < good.facts.releaseCounter',
    replace: 'good !== null && false',
  },
  {
    rule: 'A4',
    name: 'a start goes on with nothing',
    file: `${LIFECYCLE}/answers.ts`,
    find: 'return after(also(unchanged(traced), ...home.effects), ',
    replace: 'return ((first: LiveStep, _next: unknown) => first)(also(unchanged(traced), ...home.effects), ',
  },
  {
    rule: 'A5',
    name: 'quarantine lets everything pass',
    file: 'agent/src/core/quarantine.ts',
    find: 'failedAttempt !== null && attempt <= failedAttempt',
    replace: 'failedAttempt !== null && attempt < 0',
  },
  {
    rule: 'A6',
    name: 'a kind that the policy forbids is taken',
    file: 'agent/src/core/fit.ts',
    find: 'if (refused !== undefined) return refused;',
    replace: '',
  },
  {
    rule: 'R1',
    name: 'slots are never used up',
    file: `${ROLLOUTS}/counts.ts`,
    find: 'header.maxInFlight - sum(',
    replace: 'header.maxInFlight - 0 * sum(',
  },
  { rule: 'sums', name: 'two processes save without comparing', flaw: 'no_compare_and_swap' },
  {
    rule: 'R2',
    name: 'a paused rollout takes what was picked',
    file: `${ROLLOUTS}/step.ts`,
    find: "if (rollout.state !== 'running' && rollout.state !== 'completed') return",
    replace: "if (rollout.state !== 'running' && rollout.state !== 'completed' && rollout.state !== 'paused') return",
  },
  {
    rule: 'R3',
    name: 'a newer release does not keep a device out',
    file: `${ROLLOUTS}/member.ts`,
    find: 'if (picked.skip !== undefined) return',
    replace: 'if (picked.skip === undefined && picked.attempt < 0) return',
  },
  {
    rule: 'R4',
    name: 'who was away is never taken in again',
    file: `${ROLLOUTS}/member.ts`,
    find: "return member.state === 'waiting' ? moveTo(member, 'pending', env) : member;",
    replace: 'return env.nowMs < 0 ? moveTo(member, member.state, env) : member;',
  },
  {
    rule: 'R5',
    name: 'a late report changes the verdict',
    file: `${ROLLOUTS}/member.ts`,
    find: "if (member.state === 'in_flight') return reportInFlight(",
    replace: "if (member.state !== 'soaking' && member.state !== 'skipped') return reportInFlight(",
  },
  {
    rule: 'R5',
    name: 'a report of another attempt counts',
    file: `${ROLLOUTS}/member.ts`,
    find: 'member.attempt !== said.attempt',
    replace: 'member.attempt < 0',
  },
  {
    rule: 'R6',
    name: 'silence has no deadline',
    file: `${ROLLOUTS}/member.ts`,
    find: "if (member.state !== 'in_flight') return member;\n  return moveTo({ ...member, message: 'said nothing",
    replace: "return member;\n  return moveTo({ ...member, message: 'said nothing",
  },
  {
    rule: 'R6',
    name: 'who is offline gets a slot',
    file: `${ROLLOUTS}/member.ts`,
    find: 'if (!picked.isOnline) return',
    replace: 'if (!picked.isOnline && picked.attempt < 0) return',
  },
  {
    rule: 'R7',
    name: 'the gate does not close',
    file: `${ROLLOUTS}/evaluate.ts`,
    find: 'if (breach) return halt(header, breach);',
    replace: '',
  },
  {
    rule: 'R7',
    name: 'a halted rollout takes what was picked',
    file: `${ROLLOUTS}/step.ts`,
    find: "if (rollout.state !== 'running' && rollout.state !== 'completed') return",
    replace: "if (rollout.state !== 'running' && rollout.state !== 'completed' && rollout.state !== 'halted') return",
  },
  {
    rule: 'C1',
    name: 'what was sent counts as stored',
    file: 'agent/src/link/drain.ts',
    find: "{ kind: 'acknowledge', boot, upTo: believed }",
    replace: "{ kind: 'acknowledge', boot, upTo: state.sentUpTo[boot] ?? 0 }",
  },
  {
    rule: 'L9',
    name: 'triggers move to what has only started',
    file: `${LIFECYCLE}/running.ts`,
    find: 'const up = isBeside ? beginProving(state, env) :',
    replace: 'const up = isBeside ? beginMove(state, state.run.prior ?? 0) :',
  },
  {
    rule: 'L1',
    name: 'a release that must not overlap starts beside the old one',
    file: `${LIFECYCLE}/swap.ts`,
    find: "|| target.facts?.swap !== 'overlap') return false",
    replace: ') return false',
  },
  {
    rule: 'L5',
    name: 'the activation window is not looked at',
    file: `${LIFECYCLE}/hold.ts`,
    find: 'if (at.isOpen) return null;',
    replace: "if (at.isOpen || record.phase === 'staged') return null;",
  },
  {
    rule: 'L6',
    name: 'the link is not looked at before a download',
    file: `${LIFECYCLE}/hold.ts`,
    find: '  return holdOfLink(state, env);\n}',
    replace: '  return null;\n}',
  },
  {
    rule: 'R8',
    name: 'a wave begins without its approval',
    file: `${ROLLOUTS}/approval.ts`,
    find: '((wave.needsApproval && !wave.isApproved) || isSecondDue(header, index))',
    replace: '((wave.needsApproval && index < 0) || isSecondDue(header, index))',
  },
  {
    rule: 'R11',
    name: 'a scheduled rollout takes what was picked',
    file: `${ROLLOUTS}/step.ts`,
    find: "if (rollout.state !== 'running' && rollout.state !== 'completed') return",
    replace:
      "if (rollout.state !== 'running' && rollout.state !== 'completed' && rollout.state !== 'scheduled') return",
  },
  {
    rule: 'R12',
    name: 'who comes to match is taken in only before it begins',
    file: `${ROLLOUTS}/step.ts`,
    find: '!TAKES_IN.has(rollout.state)',
    replace: '(!TAKES_IN.has(rollout.state) || rollout.beganAtMs !== null)',
  },
  {
    rule: 'R13',
    name: 'who goes away in the soak is not unhealthy',
    file: `${ROLLOUTS}/member.ts`,
    find: "return member.state === 'soaking' ? moveTo({ ...member, code, message }, 'unhealthy', env) : member;",
    replace: "return member.attempt < 0 ? moveTo({ ...member, code, message }, 'unhealthy', env) : member;",
  },
  { rule: 'C1', name: 'the server acknowledges before it stores', flaw: 'acknowledge_first' },
];
