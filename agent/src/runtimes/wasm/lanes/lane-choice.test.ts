import type { Release, Variant } from '@wherry/protocol';
import { describe, expect, it } from 'vitest';
import { chooseLane, type LaneFacts, laneCount, laneWidths } from './lane-choice.ts';

const AWAKE: LaneFacts = { phase: 'awake', path: null };
const ASLEEP: LaneFacts = { phase: 'asleep', path: null };
const ENDING: LaneFacts = { phase: 'ending', path: null };
const at = (path: string): LaneFacts => ({ phase: 'awake', path });
const widths = new Map([
  ['/a', 2],
  ['/b', 1],
]);

describe('a waiting request', () => {
  it.each([
    ['has none to run', [], [AWAKE], true, null],
    ['takes a lane that is awake before one that is asleep', ['/a'], [ASLEEP, AWAKE], true, { waiting: 0, lane: 1 }],
    ['wakes one where there is room', ['/a'], [at('/a'), ASLEEP], true, { waiting: 0, lane: 1 }],
    ['waits for lanes that work where there is none', ['/a'], [at('/a'), ASLEEP], false, null],
    ['waits for room itself when no lane works', ['/a'], [ASLEEP, ASLEEP], false, { waiting: 0, lane: 0 }],
    ['gets no lane that ends', ['/a'], [ENDING, ENDING], true, null],
    ['waits while its path has all it may have', ['/a'], [at('/a'), at('/a'), AWAKE], true, null],
    ['is passed meanwhile', ['/a', '/b'], [at('/a'), at('/a'), AWAKE], true, { waiting: 1, lane: 2 }],
    ['comes first when it came first', ['/b', '/a'], [at('/a'), AWAKE], true, { waiting: 0, lane: 1 }],
    ['of a path that is not known has one lane', ['/c'], [at('/c'), AWAKE], true, null],
  ] as const)('%s', (_, waiting, lanes, hasRoom, choice) => {
    expect(chooseLane(waiting, lanes, widths, hasRoom)).toEqual(choice);
  });
});

describe('lanes of a release', () => {
  const variant = { kind: 'wasm', abi: 'wasi-p1' } as Variant;
  const http = (path: string, concurrency?: number): Release['triggers'][number] => ({
    on: 'http',
    path,
    methods: ['GET'],
    ...(concurrency === undefined ? {} : { concurrency }),
  });
  const release = { triggers: [http('/a', 4), http('/a', 2), http('/b'), http('/c', 1)], capabilities: {} };

  it('are those of its paths with a concurrency, and bounded together', () => {
    expect([...laneWidths(release, variant)]).toEqual([['/a', 4]]);
    expect(laneCount(laneWidths({ ...release, triggers: [http('/a', 12), http('/b', 12)] }, variant))).toBe(16);
  });

  it.each<[string, Partial<typeof release> | { triggers: Release['triggers'] }, Variant]>([
    ['an assemblyscript module', {}, { ...variant, abi: 'assemblyscript' } as Variant],
    ['a container', {}, { kind: 'container' } as Variant],
    ['a program with a start', { triggers: [...release.triggers, { on: 'start' }] }, variant],
    ['a program with a data folder', { capabilities: { dataBytes: 4096 } }, variant],
    ['a program with hardware', { capabilities: { serial: ['port'] } }, variant],
  ])('are none for %s', (_, parts, of) => {
    expect(laneWidths({ ...release, ...parts }, of).size).toBe(0);
  });
});
