import type { Attack } from '../attack.ts';
import { handler } from '../guests.ts';

export const attack: Attack = {
  tries: 'has taken its runner over and looks at files, processes and environment of the agent',
  escape: 'it gets anything',
  expect: /^200 (\w+=ERR_ACCESS_DENIED ){7}binding=\w+ env=$|^200 (\w+=\S*(ERR_ACCESS_DENIED|denied)\S* )+env=\S*$/,
  device: 'hostile-runner',
  guest: handler(''),
  escaped: (scene, outcome) => {
    if (outcome.includes(scene.stage.secret)) return 'the secret came out';
    const got = /(list|write|passwd|child|worker)=(?!ERR_)[^ ]+/.exec(outcome);
    return got === null ? null : `it got ${got[0]}`;
  },
};
