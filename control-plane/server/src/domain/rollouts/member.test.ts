import { type DeploymentState, MEMBER_STATES, type MemberState } from '@wherry/protocol';
import { describe, expect, test } from 'vitest';
import { expire, gone, HELD_DEADLINE_MS, hear, leave, report, takePicked } from './member.ts';
import type { DeploymentReport, Member } from './model.ts';
import { memberIn, NOW_MS, RELEASE } from './testing/rollout-builder.ts';

const env = { nowMs: NOW_MS };
const timing = { deadlineMs: 900_000, soakMs: 120_000 };
const say =
  (deployment: DeploymentState, extra: Partial<DeploymentReport> = {}) =>
  (member: Member) =>
    report(member, { release: RELEASE, attempt: 1, deployment, ...extra }, timing, env);
const pick = (isOnline: boolean, skip?: string) => (member: Member) =>
  takePicked(
    { member, isOnline, attempt: 1, generation: 8, ...(skip === undefined ? {} : { skip }) },
    member.wave,
    timing,
    env,
  );

/** Every event that one member can meet. */
const EVENTS = {
  heard: (member: Member) => hear(member, env),
  downloading: say('downloading'),
  probing: say('probing'),
  healthy: say('healthy'),
  'healthy, crash loop': say('healthy', { code: 'crash_loop' }),
  'healthy, probes fail': say('healthy', { code: 'health_failed' }),
  reverting: say('reverting'),
  reverted: say('reverted'),
  rejected: say('rejected'),
  failed: say('failed'),
  'failed, other attempt': say('failed', { attempt: 2 }),
  'failed, other release': say('failed', { release: `sha256:${'2'.repeat(64)}` as DeploymentReport['release'] }),
  deadline: (member: Member) => expire(member, env),
  'early deadline': (member: Member) => expire(member, { nowMs: NOW_MS - 1 }),
  gone: (member: Member) => gone(member, 7, env),
  left: (member: Member) => leave(member, 'removed', env),
} satisfies Record<string, (member: Member) => Member>;

type EventName = keyof typeof EVENTS;
/** `-`: the state stays. A state or an event without its cell does not compile. */
type Table = Record<MemberState, Record<EventName, MemberState | '-'>>;

const stays = {
  heard: '-',
  downloading: '-',
  probing: '-',
  healthy: '-',
  'healthy, crash loop': '-',
  'healthy, probes fail': '-',
  reverting: '-',
  reverted: '-',
  rejected: '-',
  failed: '-',
  'failed, other attempt': '-',
  'failed, other release': '-',
  deadline: '-',
  'early deadline': '-',
  gone: '-',
  left: '-',
} as const;

const TABLE: Table = {
  pending: { ...stays, left: 'skipped' },
  waiting: { ...stays, heard: 'pending', left: 'skipped' },
  in_flight: {
    heard: '-',
    downloading: '-',
    probing: '-',
    healthy: 'soaking',
    'healthy, crash loop': 'unhealthy',
    'healthy, probes fail': 'unhealthy',
    reverting: '-',
    reverted: 'reverted',
    rejected: 'rejected',
    failed: 'failed',
    'failed, other attempt': '-',
    'failed, other release': '-',
    deadline: 'timed_out',
    'early deadline': '-',
    gone: '-',
    left: 'skipped',
  },
  soaking: {
    heard: '-',
    downloading: '-',
    probing: '-',
    healthy: '-',
    'healthy, crash loop': 'unhealthy',
    'healthy, probes fail': 'unhealthy',
    reverting: 'unhealthy',
    reverted: 'unhealthy',
    rejected: 'unhealthy',
    failed: 'unhealthy',
    'failed, other attempt': '-',
    'failed, other release': '-',
    deadline: 'succeeded',
    'early deadline': '-',
    gone: '-',
    left: 'skipped',
  },
  succeeded: stays,
  failed: stays,
  reverted: stays,
  rejected: stays,
  timed_out: stays,
  unhealthy: stays,
  skipped: stays,
};

describe('the table of member states', () => {
  for (const state of MEMBER_STATES)
    for (const [name, apply] of Object.entries(EVENTS))
      test(`${state} · ${name}`, () => {
        const expected = TABLE[state][name as EventName];
        expect(apply(memberIn(state)).state).toBe(expected === '-' ? state : expected);
      });
});

describe('a picked member', () => {
  test('is in flight with its attempt, generation and deadline when online', () => {
    const member = pick(true)(memberIn('pending'));
    expect(member).toMatchObject({ state: 'in_flight', attempt: 1, generation: 8, deadlineAtMs: NOW_MS + 900_000 });
  });
  test('waits aside without an attempt or a deadline when offline', () => {
    expect(pick(false)(memberIn('pending'))).toMatchObject({ state: 'waiting', attempt: 0, deadlineAtMs: null });
  });
  test('is left out with the reason when something forbids it', () => {
    expect(pick(true, 'newer')(memberIn('pending'))).toMatchObject({ state: 'skipped', message: 'newer' });
  });
});

describe('a device that holds an update back', () => {
  const held = say('staged', { code: 'outside_window' })(memberIn('in_flight'));
  test('is not timed out by the deadline of its own work', () => {
    expect(held).toMatchObject({ state: 'in_flight', code: 'outside_window', deadlineAtMs: NOW_MS + HELD_DEADLINE_MS });
    expect(expire(held, { nowMs: NOW_MS + timing.deadlineMs }).state).toBe('in_flight');
  });
  test('gets its deadline anew when it goes on', () => {
    const later = { nowMs: NOW_MS + 3_600_000 };
    const goesOn = report(held, { release: RELEASE, attempt: 1, deployment: 'activating' }, timing, later);
    expect(goesOn).toMatchObject({ code: null, deadlineAtMs: later.nowMs + timing.deadlineMs });
  });
  test('is timed out in the end, and saying so twice gains no time', () => {
    const again = report(held, { release: RELEASE, attempt: 1, deployment: 'staged', code: 'outside_window' }, timing, {
      nowMs: NOW_MS + 1,
    });
    expect(again).toBe(held);
    expect(expire(held, { nowMs: NOW_MS + HELD_DEADLINE_MS }).state).toBe('timed_out');
  });
});

test('without a soak a healthy report is the success', () => {
  const said = { release: RELEASE, attempt: 1, deployment: 'healthy' } as const;
  expect(report(memberIn('in_flight'), said, { ...timing, soakMs: 0 }, env).state).toBe('succeeded');
});

test('a verdict stands, and what the device says afterwards is shown beside it', () => {
  expect(say('healthy')(memberIn('timed_out'))).toMatchObject({ state: 'timed_out', deployment: 'healthy' });
});

describe('a member whose app is taken away', () => {
  const removal = memberIn('in_flight', { release: null });
  test('succeeds when the app is gone by its generation', () => {
    expect(gone(removal, 7, env).state).toBe('succeeded');
    expect(gone(removal, 8, env).state).toBe('succeeded');
  });
  test('takes no word of before its assignment', () => {
    expect(gone(removal, 6, env)).toBe(removal);
  });
});
