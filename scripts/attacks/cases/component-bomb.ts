import { ComponentBuilder } from '@wherry/protocol/testing/component';
import type { Attack } from '../attack.ts';
import { component } from '../components.ts';

const LEVELS = 14;

export const attack: Attack = {
  tries: 'is a component of a few kilobytes that instantiates another twice, which does the same, fourteen times over',
  escape: 'the device tries to put it together',
  expect: /^rejected module_too_large$/,
  guest: component('bomb', '', '', ({ builder }) => {
    const first = builder.component(new ComponentBuilder().build());
    for (let i = 0; i < LEVELS; i++) {
      const level = new ComponentBuilder();
      const below = level.aliasOuter('component', 1, first + i);
      level.instance(below);
      level.instance(below);
      builder.component(level.build());
    }
    builder.instance(first + LEVELS);
    return {};
  }),
  escaped: (_scene, outcome) => (/^(healthy|[2-5]\d\d )/.test(outcome) ? 'it was taken' : null),
};
