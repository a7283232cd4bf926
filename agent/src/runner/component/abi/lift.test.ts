import { TypeTable } from '@wherry/protocol/testing/component';
import { expect, it } from 'vitest';
import { engine } from '../../engine.ts';
import { GuestMemory } from '../../guest-memory.ts';
import type { CallContext } from './context.ts';
import { HandleTable } from './handles.ts';
import { liftFlat } from './lift.ts';
import { coreValue } from './reinterpret.ts';

/** What a guest passes and must not: sums and products that wrap around, text that is none, cases that do not exist. */
const types = new TypeTable();
const memory = new engine.Memory({ initial: 1 });
const context: CallContext = {
  types: types.all,
  resources: [{ of: 'host', interface: 'a', name: 'thing' }],
  instance: { index: 0, handles: new HandleTable(), mayLeave: true, mayEnter: true },
  memory: new GuestMemory(() => memory),
  realloc: null,
  lent: [],
  scope: null,
};
const listOf = (item: Parameters<TypeTable['primitive']>[0]) => types.add({ is: 'list', item: types.primitive(item) });

function outcome(type: number, ...values: readonly unknown[]): string {
  let at = 0;
  try {
    liftFlat(context, type, (wanted) => coreValue(values[at++], wanted));
    return 'taken';
  } catch (error) {
    return (error as Error).name;
  }
}

it.each([
  ['a list whose size is 4 GiB, which is 0 in 32 bits', listOf('u32'), [0, 0x4000_0000], 'ComponentTrap'],
  ['a list whose size is 32 GiB', listOf('u64'), [8, -1], 'ComponentTrap'],
  ['a list that begins inside and ends outside', listOf('u16'), [65_534, 2], 'MemoryFault'],
  ['a list that begins behind the memory', listOf('u8'), [-1, 1], 'MemoryFault'],
  ['a list that is not aligned', listOf('u32'), [2, 1], 'ComponentTrap'],
  ['a string of 4 GiB', types.primitive('string'), [1, -1], 'MemoryFault'],
  ['a surrogate as a character', types.primitive('char'), [0xd800], 'ComponentTrap'],
  ['a character behind the last', types.primitive('char'), [0x11_0000], 'ComponentTrap'],
  ['a case that does not exist', types.add({ is: 'enum', labels: ['a', 'b'] }), [2], 'ComponentTrap'],
  ['an option that is neither', types.add({ is: 'option', item: types.primitive('u8') }), [-1, 0], 'ComponentTrap'],
  ['a handle that is none', types.add({ is: 'own', resource: 0 }), [1], 'ComponentTrap'],
  ['a 64-bit number where 32 belong', types.primitive('u32'), [1n], 'ComponentTrap'],
  ['a 32-bit number where 64 belong', types.primitive('u64'), [1], 'ComponentTrap'],
  ['nothing', types.primitive('u32'), [], 'ComponentTrap'],
  ['a function in place of a number', types.primitive('u32'), [() => 1], 'ComponentTrap'],
])('does not take %s', (_what, type, values, name) => {
  expect(outcome(type, ...values)).toBe(name);
});

it('does not take text that is not UTF-8, and keeps a byte order mark', () => {
  context.memory?.write(16, Uint8Array.of(0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80));
  const text = types.primitive('string');
  for (const [at, length] of [
    [16, 2],
    [18, 2],
    [20, 3],
  ] as const)
    expect(outcome(text, at, length)).toBe('ComponentTrap');
  context.memory?.write(16, Uint8Array.of(0xef, 0xbb, 0xbf, 0x61));
  const values = [16, 4];
  expect(liftFlat(context, text, () => values.shift() as number)).toBe('\ufeffa');
});

it('takes the empty list wherever it is', () => {
  expect([outcome(listOf('u32'), 0, 0), outcome(listOf('u8'), 65_536, 0)]).toEqual(['taken', 'taken']);
});
