import type { Attack } from '../attack.ts';
import { c } from '../guests.ts';
import { cpuMs } from '../process-memory.ts';

const MEASURED_MS = 2_000;

export const attack: Attack = {
  tries: 'asks for its next trigger without end, so that the agent does nothing else',
  escape: 'the agent spends more than half a core on answering',
  expect: /^agent at \d\d?%$/,
  release: () => ({ triggers: [{ on: 'start' }] }),
  guest: c('static void attack(void) { static char b[64]; for (;;) wherry_trigger_next(b, sizeof b, 0); }'),
  async act(scene) {
    const state = await scene.deploy();
    if (state !== 'healthy') return state;
    const before = cpuMs(scene.stage.agent.pid);
    await new Promise((resolve) => setTimeout(resolve, MEASURED_MS));
    return `agent at ${Math.round(((cpuMs(scene.stage.agent.pid) - before) / MEASURED_MS) * 100)}%`;
  },
  escaped: (_scene, outcome) => (Number(/at (\d+)%/.exec(outcome)?.[1] ?? 0) > 50 ? 'the agent is kept busy' : null),
};
