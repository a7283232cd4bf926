import type { Attack } from '../attack.ts';
import { handler } from '../guests.ts';

export const attack: Attack = {
  tries: 'loops in its start function, before the host could have filled its fuel',
  escape: 'it runs on until its wall limit, or is taken as healthy',
  expect: /^(failed|reverted|rejected) (fuel_limit|crash_loop)$/,
  release: () => ({ limits: { fuel: 1_000_000, wallMs: 10_000 } }),
  guest: handler('', '(func $begin (loop $l (br $l))) (start $begin)'),
  escaped: (_scene, outcome) => (/wall_limit|healthy|^[2-5]\d\d /.test(outcome) ? 'its fuel did not end it' : null),
};
