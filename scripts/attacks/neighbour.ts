import type { Scene } from './attack.ts';
import { build, handler } from './guests.ts';
import { NEIGHBOUR } from './neighbour-apps.ts';
import { publishGuest, type Stage } from './stage.ts';

/** The neighbour of attackers that share a process: its program, and how it is asked while it is attacked. */
const VERSION = '1.0.0';

/** Counts its calls in a variable, which a restart would set back. */
const GUEST = handler(
  '(global.set $calls (i32.add (global.get $calls) (i32.const 1))) (i32.store8 (i32.const 1024) (i32.add (i32.const 48) (i32.rem_u (global.get $calls) (i32.const 10)))) (i32.store (i32.const 1020) (i32.const 1)) (return (i32.const 1024))',
  '(global $calls (mut i32) (i32.const 0))',
);

export function publishNeighbour({ world }: Stage) {
  const { bytes, abi } = build(NEIGHBOUR, GUEST);
  const limits = { memoryBytes: 1024 * 1024, cpuShare: 1, wallMs: 2_000 };
  return { app: NEIGHBOUR, version: VERSION, release: publishGuest(world, NEIGHBOUR, VERSION, bytes, abi, { limits }) };
}

/** Delivered, attacked, and the neighbour asked throughout: its answers must count on without a gap. */
export async function attackBeside(scene: Scene): Promise<string> {
  const state = await scene.deploy();
  if (state !== 'healthy') return state;
  const processes = scene.stage.runners().length;
  const first = await scene.callOther(NEIGHBOUR);
  const attacked = scene.call('/', 8_000);
  let isOver = false;
  void attacked.then(() => {
    isOver = true;
  });
  let asked = Number(first.replace('200 ', ''));
  while (!isOver) {
    asked = (asked + 1) % 10;
    const answer = await scene.callOther(NEIGHBOUR);
    if (answer !== `200 ${asked}`) return `neighbour answered ${answer} for ${asked}`;
  }
  const last = await scene.callOther(NEIGHBOUR);
  const isWell = last === `200 ${(asked + 1) % 10}`;
  return `${await attacked}, neighbour ${isWell ? 'well' : last}, ${processes} processes`;
}

export function neighbourHarmed(_scene: Scene, outcome: string): string | null {
  return outcome.includes('neighbour well') ? null : 'the neighbour was harmed';
}
