import { readFileSync } from 'node:fs';
import { wat } from '@wherry/agent/testing/stage';
import { borrowOf, ComponentBuilder, funcOf, ownOf, RESOURCE, U32 } from '@wherry/protocol/testing/component';
import type { Attack } from '../attack.ts';
import { component, say } from '../components.ts';

const SECRET = 6_211_559;

/** Keeps a number behind a handle, and tells it to whoever has the handle. */
function vault(): Uint8Array {
  const builder = new ComponentBuilder();
  const type = builder.type(RESOURCE);
  const source = `(module (import "h" "new" (func $new (param i32) (result i32)))
    (func (export "make") (result i32) (call $new (i32.const ${SECRET}))) (func (export "tell") (param i32) (result i32) (local.get 0)))`;
  const core = builder.coreInstance(builder.coreModule(readFileSync(wat('vault', source))), {
    h: builder.coreExports({ new: ['func', builder.resource('new', type)] }),
  });
  builder.export('vault', 'type', type);
  const lift = (name: string, of: number) => builder.lift(builder.aliasCore('func', core, name), of);
  builder.export('make', 'func', lift('make', builder.type(funcOf([], [builder.type(ownOf(type))]))));
  const borrowed = builder.type(borrowOf(type));
  builder.export('tell', 'func', lift('tell', builder.type(funcOf([['self', [borrowed]]], U32))));
  return builder.build();
}

/** Has no handle; tries the first number that another part of the program may have been given. */
function thief(): Uint8Array {
  const builder = new ComponentBuilder();
  const type = builder.importResource('vault');
  const tell = builder.importFunc('tell', builder.type(funcOf([['self', [builder.type(borrowOf(type))]]], U32)));
  const source = `(module (import "h" "tell" (func $tell (param i32) (result i32)))
    (func (export "try") (result i32) (call $tell (i32.const 1))))`;
  const core = builder.coreInstance(builder.coreModule(readFileSync(wat('thief', source))), {
    h: builder.coreExports({ tell: ['func', builder.lower(tell)] }),
  });
  builder.export('try', 'func', builder.lift(builder.aliasCore('func', core, 'try'), builder.type(funcOf([], U32))));
  return builder.build();
}

export const attack: Attack = {
  tries: 'as one component inside another, uses the number of a handle that its neighbour was given and it was not',
  escape: 'what the handle stands for comes out',
  expect: /^502 guest_error$/,
  guest: component(
    'foreign-handle',
    `(drop (call $make)) (if (i32.eq (call $try) (i32.const ${SECRET})) (then ${say('stolen')}))`,
    '(import "host" "make" (func $make (result i32))) (import "host" "try" (func $try (result i32)))',
    ({ builder }) => {
      const owner = builder.instance(builder.component(vault()));
      const given = {
        vault: ['type', builder.alias('type', owner, 'vault')],
        tell: ['func', builder.alias('func', owner, 'tell')],
      } as const;
      const other = builder.instance(builder.component(thief()), given);
      return {
        make: builder.lower(builder.alias('func', owner, 'make')),
        try: builder.lower(builder.alias('func', other, 'try')),
      };
    },
  ),
  escaped: (_scene, outcome) => (outcome.includes('stolen') ? 'a handle was used that was never given' : null),
};
