import type { DeviceId, RolloutId } from '@wherry/protocol';
import type { MemberRecord } from '../port/rollouts.ts';

/** Members as one text. Most differ in device and position only: the rest is said once for all that share it. */
interface Packed {
  readonly shapes: Omit<MemberRecord, 'position' | 'rollout'>[];
  /** Device, position, index of its shape. */
  readonly rows: [string, number, number][];
}

export function packMembers(members: readonly MemberRecord[]): string {
  const packed: Packed = { shapes: [], rows: [] };
  const known = new Map<string, number>();
  for (const { rollout: _, position, ...shape } of members) {
    const key = keyOf(shape);
    let index = known.get(key);
    if (index === undefined) {
      index = packed.shapes.push(shape) - 1;
      known.set(key, index);
    }
    packed.rows.push([shape.member.device, position, index]);
  }
  return JSON.stringify(packed);
}

export function unpackMembers(rollout: string, text: string): MemberRecord[] {
  const { shapes, rows } = JSON.parse(text) as Packed;
  return rows.map(([device, position, index]) => {
    const shape = shapes[index];
    if (!shape) throw new RangeError(`staged members of ${rollout} have no shape ${index}`);
    return {
      ...shape,
      rollout: rollout as RolloutId,
      position,
      member: { ...shape.member, device: device as DeviceId },
    };
  });
}

/** Everything but the device, as cheaply as it can be told apart. */
function keyOf({ member, previousRelease, previousConfig, target }: Packed['shapes'][number]): string {
  const { wave, state, release, message } = member;
  const config = Object.keys(previousConfig).length > 0 ? JSON.stringify(previousConfig) : '';
  return `${wave} ${state} ${release} ${previousRelease} ${config} ${target === null ? '' : JSON.stringify(target)} ${message}`;
}
