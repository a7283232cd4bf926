import { HostInterfaces, OFFERED_INTERFACES, TypeTable } from '@wherry/protocol/testing/component';
import { expect, it } from 'vitest';
import { cliInterfaces, clockInterfaces, randomInterfaces } from './cli.ts';
import { filesystemInterfaces } from './filesystem.ts';
import { httpInterfaces } from './http.ts';
import { ioInterfaces } from './io.ts';

/** What admission offers is what is here: no function less, and none that nobody knows of. */
const nothing = {} as never;
const stdio = { stdin: nothing, stdout: nothing, stderr: nothing };
const implemented = Object.assign(
  {},
  ioInterfaces(nothing),
  cliInterfaces({ args: [], env: {}, ...stdio }),
  clockInterfaces(),
  randomInterfaces(),
  filesystemInterfaces(nothing, []),
  httpInterfaces(nothing),
);

function functionsOf(name: string): string[] {
  const { exports } = new HostInterfaces(new TypeTable(), []).find(name);
  return [...exports].flatMap(([name, { sort }]) => (sort === 'func' ? [name] : []));
}

it('implements every interface that admission offers, and no other', () => {
  expect(Object.keys(implemented).sort()).toEqual([...OFFERED_INTERFACES].sort());
});

it.each(OFFERED_INTERFACES)('%s has every function', (name) => {
  expect(Object.keys(implemented[name] ?? {}).sort()).toEqual(functionsOf(name).sort());
});
