import type { Attack } from '../attack.ts';
import { component } from '../components.ts';

const MEMORIES = 7;
const PAGES = 256;
const names = Array.from({ length: MEMORIES }, (_, i) => `grow${i}`);
const GROW = `(module (memory 1) (func (export "grow") (result i32)
  (loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) (memory.size)))`;
/** Three digits of a number, as text. */
const digit = (place: number, divisor: number) =>
  `(i32.store8 (i32.const ${64 + place}) (i32.add (i32.const 48) (i32.rem_u (i32.div_u (local.get $sum) (i32.const ${divisor})) (i32.const 10))))`;

export const attack: Attack = {
  tries: 'brings eight memories, each within the limit, and lets all of them grow as far as they go',
  escape: 'together they are larger than the limit allows one to be',
  expect: /^200 pages=0(2[0-4]\d|25[0-6])$/,
  release: () => ({ limits: { memoryBytes: PAGES * 65_536, wallMs: 8_000 } }),
  guest: component(
    'memories',
    `(local $sum i32) (local.set $sum (i32.const 1))
    ${names.map((name) => `(local.set $sum (i32.add (local.get $sum) (call $${name})))`).join('\n')}
    ${digit(6, 1000)} ${digit(7, 100)} ${digit(8, 10)} ${digit(9, 1)}
    ${[...Buffer.from('pages=')].map((byte, i) => `(i32.store8 (i32.const ${64 + i}) (i32.const ${byte}))`).join(' ')}
    (call $write (call $get) (i32.const 64) (i32.const 10) (i32.const 256))`,
    names.map((name) => `(import "host" "${name}" (func $${name} (result i32)))`).join('\n'),
    ({ builder, module }) => {
      const grow = module('grow', GROW);
      return Object.fromEntries(
        names.map((name) => [name, builder.aliasCore('func', builder.coreInstance(grow), 'grow')]),
      );
    },
  ),
  escaped: (_scene, outcome) => {
    const pages = Number(/pages=(\d+)/.exec(outcome)?.[1] ?? 0);
    return pages > PAGES ? `${pages} pages where ${PAGES} were allowed` : null;
  },
};
