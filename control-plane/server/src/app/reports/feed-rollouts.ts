import { FINAL_STATES, type MemberState, type ReportBody, type RolloutId } from '@wherry/protocol';
import type { Member } from '../../domain/rollouts/model.ts';
import { RolloutRun } from '../rollouts/rollout-run.ts';
import type { Work } from '../transact.ts';

export interface StateReport {
  readonly device: string;
  readonly boot: string;
  readonly seq: number;
  readonly body: Extract<ReportBody, { type: 'state' }>;
}

/** Members that a report can move. */
const OPEN: readonly MemberState[] = ['waiting', 'in_flight', 'soaking'];

/** Tells each rollout what its devices said, in the order they said it; a rollout is read and saved once for the whole batch. */
export async function feedRollouts(work: Work, states: readonly StateReport[]): Promise<void> {
  if (states.length === 0) return;
  const devices = [...new Set(states.map(({ device }) => device))];
  const interested = new Map<RolloutId, Set<string>>();
  const note = (rollout: RolloutId, device: string) => {
    const names = interested.get(rollout);
    if (names) names.add(device);
    else interested.set(rollout, new Set([device]));
  };
  for (const { rollout, device } of await work.repositories.rollouts.having(work.tenant, devices, OPEN))
    note(rollout, device);
  for (const { device, body } of states)
    for (const status of Object.values(body.workloads))
      if (status?.rollout && FINAL_STATES.has(status.state)) note(status.rollout, device);

  const online = await work.repositories.devices.states(work.tenant, devices);
  for (const [id, names] of interested) {
    const run = await RolloutRun.open(work, id);
    if (!run) continue;
    await run.load([...names]);
    await run.feedTogether(async () => {
      for (const state of states) {
        if (!names.has(state.device)) continue;
        const member = run.member(state.device);
        if (member?.state === 'waiting' && online.get(state.device)?.isOnline)
          await run.feed({ type: 'heard', member });
        await feedState(run, state);
      }
    });
    await run.save();
  }
}

async function feedState(run: RolloutRun, { device, body }: StateReport): Promise<void> {
  const { app } = run.record;
  const status = Object.hasOwn(body.workloads, app) ? body.workloads[app] : undefined;
  const member: Member | undefined = run.member(device);
  if (!member) return;
  if (status) {
    const { release, attempt, state: deployment, code, message, variant } = status;
    await run.feed({ type: 'reported', member, report: { release, attempt, deployment, code, message, variant } });
  } else if (status === null || body.full === true)
    await run.feed({ type: 'gone', member, generation: body.generation });
}
