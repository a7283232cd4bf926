import { renameSync, writeFileSync } from 'node:fs';
import { until } from '@wherry/agent/testing/stage';
import type { Attack } from '../attack.ts';
import { build, c } from '../guests.ts';

export const attack: Attack = {
  tries: 'replaces the verified module on the disk while its runner is down, before it is started again',
  escape: 'the other module answers',
  expect: /^200 GOOD$/,
  guest: c(
    'static void attack(void) { volatile double x = 1; if (strcmp(getenv("QUERY_STRING"), "burn") == 0) for (int i = 0; i < 60000000; i++) x = x * 1.0000001; printf("GOOD"); }',
  ),
  async act(scene) {
    const state = await scene.deploy();
    if (state !== 'healthy') return state;
    const pid = await scene.runner();
    const evil = build('module-swapped-evil', c('static void attack(void) { printf("EVIL"); }')).bytes;
    const path = scene.blobPath;
    writeFileSync(`${path}.evil`, evil);
    renameSync(`${path}.evil`, path);
    process.kill(pid, 'SIGKILL');
    await until('the runner is gone', () => !scene.stage.runners().includes(pid));
    return scene.callAgain();
  },
  escaped: (_scene, outcome) => (outcome.includes('EVIL') ? 'bytes ran that no release names' : null),
};
