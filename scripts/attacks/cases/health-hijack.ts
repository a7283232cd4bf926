import type { Attack } from '../attack.ts';
import { c } from '../guests.ts';
import { httpCall } from '../http-call.ts';

export const attack: Attack = {
  tries: 'calls itself healthz, the path under which the agent tells its own health',
  escape: 'the attacker answers for the agent',
  expect: /^200 {"status":"ok"}$/,
  app: 'healthz',
  guest: c('static void attack(void) { printf("HIJACKED"); }'),
  async act(scene) {
    const state = await scene.deploy();
    if (state !== 'healthy') return state;
    const { status, body } = await httpCall(scene.stage.http, '/healthz');
    return `${status} ${body}`;
  },
  escaped: (_scene, outcome) => (outcome.includes('HIJACKED') ? 'the attacker answered for the agent' : null),
};
