import type { Defence } from './bite.ts';

/** Defences against components; see defences.ts. */
export const COMPONENT_DEFENCES: readonly Defence[] = [
  {
    name: 'handles-by-instance',
    attack: 'component-foreign-handle',
    replacements: [
      {
        file: 'agent/src/runner/component/world.ts',
        find: 'handles: new HandleTable(),',
        replace: 'handles: ((globalThis as any).handles ??= new HandleTable()),',
      },
    ],
  },
  {
    name: 'components-counted',
    attack: 'component-bomb',
    replacements: [
      {
        file: 'protocol/src/component/bounds.ts',
        find: 'componentInstances: 64,',
        replace: 'componentInstances: 1e15,',
      },
      { file: 'protocol/src/component/bounds.ts', find: 'evaluations: 100_000,', replace: 'evaluations: 1e15,' },
    ],
  },
  {
    name: 'memories-share',
    attack: 'component-memories',
    replacements: [
      {
        file: 'protocol/src/component/admit-component.ts',
        find: 'Math.min(max ?? maxPages, min + share)',
        replace: 'Math.min(max ?? maxPages, maxPages + 0 * share)',
      },
    ],
  },
  {
    name: 'first-trap-is-last',
    attack: 'component-goes-on',
    replacements: [
      {
        file: 'agent/src/runner/component/world.ts',
        find: 'if (this.#failure !== null) throw this.#failure.error;',
        replace: '',
      },
    ],
  },
];
