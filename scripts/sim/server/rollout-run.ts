import type { Member, Picked, RolloutEffect, RolloutEvent, RolloutHeader } from '@wherry/server/domain';
import type { Assignment } from './store.ts';
import type { Work } from './work.ts';

/** The shell of one rollout in one transaction, as app/rollouts/rollout-run.ts: steps of the real machine, effects as they come. */
const PICK_BATCH = 500;

export function feed(work: Work, id: string, first: RolloutEvent): void {
  const { server } = work.world.machines;
  const events: RolloutEvent[] = [first];
  for (let event = events.shift(); event !== undefined; event = events.shift()) {
    work.world.steps += 1;
    const row = work.rollout(id);
    const before = row.header;
    const next = server.step(before, event, { nowMs: work.nowMs });
    for (const member of next.members) {
      const old = work.member(id, member.device);
      look(work, id, before, event, old, member);
      work.keep(id, member);
    }
    if (next.rollout !== before) work.rollouts.set(id, { ...row, header: next.rollout });
    else if (next.members.length > 0) work.rollouts.set(id, { ...row });
    if (next.rollout.state !== before.state) tellState(work, id, before, next.rollout);
    for (const effect of next.effects) {
      const answer = perform(work, id, effect);
      if (answer !== null) events.push(answer);
    }
  }
}

function look(
  work: Work,
  id: string,
  header: RolloutHeader,
  event: RolloutEvent,
  before: Member | undefined,
  after: Member,
): void {
  const isOnline = work.device(after.device).isOnline;
  work.looked(id, event, () => work.world.checks.stepped(id, header, event, before, after, isOnline));
}

function tellState(work: Work, id: string, before: RolloutHeader, after: RolloutHeader): void {
  work.looked(id, { type: 'tick' }, () =>
    work.world.tell(id, `${before.state} → ${after.state}${after.verdict ? `: ${after.verdict.sentence}` : ''}`),
  );
}

function perform(work: Work, id: string, effect: RolloutEffect): RolloutEvent | null {
  switch (effect.type) {
    case 'pick':
      return { type: 'picked', isBorrowing: effect.isBorrowing, picked: pick(work, id, effect) };
    case 'assign':
      for (const device of effect.devices) assign(work, id, device);
      return null;
    case 'dismiss':
      for (const device of work.rollout(id).order) {
        const member = work.member(id, device);
        if (member?.state === 'pending' || member?.state === 'waiting') work.keep(id, { ...member, state: 'skipped' });
      }
      return null;
    case 'revert':
      work.reverts.push(id);
      return null;
    case 'supersede':
      supersede(work, id);
      return null;
  }
}

/** Those that leave first are not assigned: a slot that frees must not go to one that leaves as well. */
function supersede(work: Work, id: string): void {
  const leaving = work.rollout(id).order.filter((device) => work.member(id, device)?.state === 'pending');
  for (const other of work.rolloutIds()) {
    if (other === id || !hasBegun(work, other)) continue;
    for (const states of [
      ['pending', 'waiting'],
      ['in_flight', 'soaking'],
    ])
      for (const device of leaving) {
        const member = work.member(other, device);
        if (member !== undefined && states.includes(member.state))
          feed(work, other, { type: 'left', member, reason: `taken over by ${id}` });
      }
  }
}

export function pick(work: Work, id: string, effect: Omit<Extract<RolloutEffect, { type: 'pick' }>, 'type'>): Picked[] {
  const picked: Picked[] = [];
  const limit = effect.isBorrowing ? effect.count : Math.max(effect.count, PICK_BATCH);
  let online = 0;
  for (const device of work.rollout(id).order) {
    if (online === effect.count || picked.length === limit) break;
    const member = work.member(id, device);
    if (member?.state !== 'pending' || member.wave < effect.fromWave || member.wave > effect.throughWave) continue;
    const row = work.device(device);
    if (effect.isBorrowing && !row.isOnline) continue;
    picked.push(pickedOf(work, id, member));
    if (row.isOnline) online += 1;
  }
  return picked;
}

/** R3 begins here, as in app/rollouts/picks.ts: what is newer already is left out unless the rollout is a rollback. */
function pickedOf(work: Work, id: string, member: Member): Picked {
  const row = work.device(member.device);
  const rollout = work.rollout(id);
  const before = row.assignment;
  const generation = work.world.machines.server.nextGeneration(row);
  const picked = { member, isOnline: row.isOnline, attempt: (before?.attempt ?? 0) + 1, generation };
  const isNewer = before?.release != null && before.releaseCounter > rollout.releaseCounter;
  return isNewer && !rollout.isRollback ? { ...picked, skip: `it has the newer ${before.version}` } : picked;
}

function assign(work: Work, id: string, device: string): void {
  const { release, version, releaseCounter, isRollback, targets, terms } = work.rollout(id);
  const attempt = work.member(id, device)?.attempt ?? 0;
  const target = targets.get(device);
  const base: Omit<Assignment, 'attempt' | 'rollout' | 'isRollback'> =
    target === undefined
      ? { release, version, releaseCounter }
      : {
          release: target?.release ?? null,
          version: target?.version ?? null,
          releaseCounter: target?.releaseCounter ?? 0,
        };
  work.assign(device, { ...base, attempt, rollout: work.rollout(id).id, isRollback, terms });
}

function hasBegun(work: Work, id: string): boolean {
  const { state } = work.rollout(id).header;
  return state !== 'draft' && state !== 'scheduled';
}

/** A device got another label: it joins the dynamic rollouts that select it and that no newer one has followed. */
export function relabel(work: Work, device: string, ring: number): void {
  work.change(device, { ring });
  for (const id of growing(work))
    if (work.rollout(id).ring === ring && work.member(id, device) === undefined) join(work, id, device);
}

export function growing(work: Pick<Work, 'rollout' | 'rolloutIds'>): string[] {
  const ids = work.rolloutIds();
  return ids.filter((id) => {
    const { state, isDynamic } = work.rollout(id).header;
    if (!isDynamic || state === 'draft' || state === 'aborted') return false;
    return !ids.some((newer) => newer > id && !['draft', 'scheduled'].includes(work.rollout(newer).header.state));
  });
}

function join(work: Work, id: string, device: string): void {
  const row = work.rollout(id);
  const planned = { device: device as Member['device'], isOnline: true, release: row.release };
  const member = work.world.machines.server.newMember(planned, row.header.waves.length - 1, work.nowMs);
  const previous = new Map(row.previous).set(device, work.device(device).assignment);
  work.rollouts.set(id, { ...row, order: [...row.order, device], previous });
  feed(work, id, { type: 'joined', member });
}
