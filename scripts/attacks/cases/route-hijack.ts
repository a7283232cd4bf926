import type { Attack } from '../attack.ts';
import { CANARY } from '../canary.ts';
import { c } from '../guests.ts';
import { httpCall } from '../http-call.ts';

export const attack: Attack = {
  tries: 'binds paths that climb out of its own branch into the one of another app',
  escape: 'a request for the canary is answered by the attacker',
  expect: /^asked=4 hijacked=0$/,
  release: () => ({
    triggers: ['/', '/../canary/', '//canary/', '/..//canary', '/canary/'].map((path) => ({
      on: 'http',
      path,
      methods: ['GET'],
    })),
  }),
  guest: c('static void attack(void) { printf("HIJACKED"); }'),
  async act(scene) {
    const state = await scene.deploy();
    if (state !== 'healthy') return state;
    const paths = [`/${CANARY}/`, `/${CANARY}`, `//${CANARY}/`, `/./${CANARY}/`];
    const answers = await Promise.all(paths.map((path) => httpCall(scene.stage.http, path)));
    return `asked=${paths.length} hijacked=${answers.filter(({ body }) => body.includes('HIJACKED')).length}`;
  },
  escaped: (_scene, outcome) => (/hijacked=[1-9]/.test(outcome) ? 'the attacker answered for the canary' : null),
};
