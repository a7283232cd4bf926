import type { Fact } from '@wherry/protocol';
import { FAILURE_STATES, freeSlots } from './counts.ts';
import { fact, type Reasons, waiting } from './explain.ts';
import type { Member, RolloutHeader } from './model.ts';

/** What the shell knows of the device beside its member. */
export interface MemberSurroundings {
  readonly isOnline: boolean;
  /** When anything was last heard of it; null if never. */
  readonly seenAtMs: number | null;
  /** Pending members of this wave and earlier ones that come before it. */
  readonly before: number;
  readonly hasWindow: boolean;
}

/** Why one device stands where it stands. */
export function explainMember(header: RolloutHeader, member: Member, around: MemberSurroundings): Reasons {
  const wave = member.wave + 1;
  const because: Fact[] = [
    around.isOnline
      ? fact('online', 'the device is online')
      : fact('offline', around.seenAtMs === null ? 'the device was never heard' : 'the device is offline'),
  ];
  if (member.code) because.push(fact(member.code, member.message ?? member.code));
  else if (member.message) because.push(fact('message', member.message));
  if (member.deployment) because.push(fact('deployment', `the device itself says that it is ${member.deployment}`));
  switch (member.state) {
    case 'pending':
      return {
        sentence: `Its turn in wave ${wave} has not come.`,
        because,
        waitsFor: waitsOfPending(header, member, around),
        wouldChange: [fact('update', 'a higher cap or pace brings its turn nearer')],
      };
    case 'waiting':
      return {
        sentence: 'It was offline when its turn came, so it waits aside and holds no slot.',
        because,
        waitsFor: [waiting('device', 'the device to be heard')],
        wouldChange: [fact('connect', 'when it connects it is assigned as soon as a slot is free')],
      };
    case 'in_flight':
      return {
        sentence: 'It was assigned and has not given its verdict.',
        because,
        waitsFor: [
          waiting(
            'answer',
            around.hasWindow ? 'its answer; it activates only within its window' : 'its answer',
            member.deadlineAtMs,
          ),
        ],
        wouldChange: [fact('deadline', 'without an answer by its deadline it counts as failed')],
      };
    case 'soaking':
      return {
        sentence: 'It is healthy and watched until its soak ends.',
        because,
        waitsFor: [waiting('soak', 'the end of its soak', member.deadlineAtMs)],
        wouldChange: [fact('unhealthy', 'a failure, silence or a regression in its soak counts as a failure')],
      };
    case 'skipped':
      return {
        sentence: 'It was left out: it counts in no gate.',
        because,
        waitsFor: [],
        wouldChange: [fact('rollout', 'a new rollout takes it in')],
      };
    case 'succeeded':
      return { sentence: 'It succeeded.', because, waitsFor: [], wouldChange: [] };
    default:
      return {
        sentence: failed(member),
        because,
        waitsFor: [],
        wouldChange: [fact('rollout', 'the verdict stands; a new rollout of the release is a new attempt')],
      };
  }
}

function failed(member: Member): string {
  if (!FAILURE_STATES.has(member.state)) return `It is ${member.state}.`;
  return `It counts as a failure: ${member.state}${member.code ? ` (${member.code})` : ''}.`;
}

function waitsOfPending(header: RolloutHeader, member: Member, around: MemberSurroundings): Reasons['waitsFor'] {
  if (header.state !== 'running' && header.state !== 'completed')
    return [
      waiting(
        header.state,
        `the rollout, which is ${header.state}`,
        header.state === 'scheduled' ? header.startAtMs : null,
      ),
    ];
  if (member.wave > header.currentWave)
    return [waiting('wave', `wave ${header.currentWave + 1} to pass; it is in wave ${member.wave + 1}`)];
  if (header.wakeAtMs !== null)
    return [waiting('pace', `the pace; ${around.before} devices come before it`, header.wakeAtMs)];
  if (freeSlots(header) === 0) return [waiting('slot', `a free slot; ${around.before} devices come before it`)];
  return [waiting('turn', `its turn; ${around.before} devices come before it`)];
}
