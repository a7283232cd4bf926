import { getRollout, listRolloutMembers, type Rollout } from '@wherry/protocol';
import type { ControlPlane } from '../fleet/control-plane.ts';
import { eventually } from '../fleet/eventually.ts';
import type { Narrator } from './narrator.ts';

const ENDED: ReadonlySet<Rollout['state']> = new Set(['completed', 'halted', 'aborted']);

/** Tells each move of a rollout and its devices until it completes, halts or is aborted. */
export async function watchRollout(
  controlPlane: ControlPlane,
  id: string,
  narrator: Narrator,
  withinMs: number,
): Promise<Rollout> {
  const told = new Map<string, string>();
  const tell = (key: string, sentence: string) => {
    if (told.get(key) === sentence) return;
    told.set(key, sentence);
    narrator.say(sentence);
  };
  const { client } = controlPlane;
  return eventually(`rollout ${id} to end`, withinMs, async () => {
    const rollout = await client.call(getRollout, { params: { id: id as Rollout['id'] } });
    const { items } = await client.call(listRolloutMembers, { params: { id: rollout.id }, query: { limit: 500 } });
    for (const member of items.filter((m) => m.state !== 'pending')) {
      const by = member.variant ? ` (${member.variant})` : '';
      const why = member.code ? `: ${member.code}` : '';
      tell(
        member.device,
        `  wave ${member.wave + 1}  ${member.device}  ${member.deployment ?? member.state}${by}${why}`,
      );
    }
    for (const wave of rollout.waves)
      if (wave.state !== 'pending')
        tell(`wave ${wave.index}`, `wave ${wave.index + 1} of ${rollout.waves.length} ${wave.state}`);
    if (!ENDED.has(rollout.state)) return undefined;
    tell('end', `rollout of ${rollout.app}@${rollout.version} ${rollout.state}`);
    return rollout;
  });
}
