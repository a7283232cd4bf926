import type { Attack } from '../attack.ts';
import { handler } from '../guests.ts';
import { residentBytes } from '../process-memory.ts';

const RUNNER_BYTES_MAX = 200 * 1024 * 1024;

export const attack: Attack = {
  tries: 'grows a table, of which a few bytes of code make hundreds of megabytes',
  escape: 'its runner holds more than 200 MiB afterwards',
  expect: /^200$|^200 $/,
  guest: handler(
    '(loop $l (br_if $l (i32.ne (table.grow $t (ref.null func) (i32.const 10000)) (i32.const -1))))',
    '(table $t 1 funcref)',
  ),
  escaped(scene) {
    const held = scene.stage.runners().map(residentBytes);
    return held.some((bytes) => bytes > RUNNER_BYTES_MAX) ? `its runner holds ${held.join(', ')} bytes` : null;
  },
};
