import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Clock, SYSTEM_CLOCK } from '../src/shell/clock.ts';
import { writeImage } from './sweep/disk-image.ts';
import { type DiskMeaning, differences, readMeaning } from './sweep/disk-meaning.ts';
import { beginLife, liveUntil } from './sweep/life.ts';
import { isAtRest, makeUpdate, type Scenario } from './sweep/scenarios.ts';
import { until } from './until.ts';

/** Clocks that are years off, or jump by years in the middle of an update. */
const YEAR_MS = 366 * 86_400_000;
const scratch = mkdtempSync(join(tmpdir(), 'wherry-clock-'));
let scenario: Scenario;
let end: DiskMeaning;
let effects = 0;
/** The effect with which the desired state is taken: from then on its date has been judged. */
let takenAt = 0;

beforeAll(async () => {
  scenario = await makeUpdate();
  const folder = newFolder();
  const onEffect = (n: number, name: string) => {
    if (name === 'db.desired') takenAt = n;
  };
  const life = await liveUntil({ folder, onEffect }, 'the update', () => isAtRest(folder, scenario.end));
  effects = life.effects.count();
  end = readMeaning(folder);
});
afterAll(async () => {
  await scenario.world.dispose();
  rmSync(scratch, { recursive: true, force: true });
});

const newFolder = () => writeImage(scenario.begin, mkdtempSync(join(scratch, 'device-')));
const setTo = (skewMs: () => number): Clock => ({ ...SYSTEM_CLOCK, nowMs: () => Math.max(0, Date.now() + skewMs()) });
const isAtEnd = (folder: string) => differences(readMeaning(folder), end).length === 0;

test('a device without a battery begins in 1970: what the director signed tells the time, and the update goes through', async () => {
  const folder = newFolder();
  const clock: Clock = { ...SYSTEM_CLOCK, nowMs: () => Math.round(performance.now()) };
  await liveUntil({ folder, clock }, 'the update', () => isAtEnd(folder));
});

test('a clock that is years ahead refuses the document as expired, and says so; what ran goes on, and the right time mends it', async () => {
  const folder = newFolder();
  const life = await beginLife({ folder, clock: setTo(() => 10 * YEAR_MS) });
  await until('it is told', () => life.told('desired_refused') === 1);
  expect(life.running()).toBe('1.0.0');
  await life.stop();
  expect(readMeaning(folder).generation).toBe(1);
  await liveUntil({ folder }, 'the update', () => isAtEnd(folder));
});

test.each([
  ['back by', -10],
  ['ahead by', 10],
])('a clock that jumps %s years (%i) at any instant of an update', async (_, years) => {
  expect(takenAt).toBeGreaterThan(0);
  const instants = Array.from({ length: effects - takenAt }, (_, at) => takenAt + 1 + at).filter((n) => n % 3 === 0);
  expect(instants.length).toBeGreaterThan(5);
  for (const instant of instants) {
    const folder = newFolder();
    let skewMs = 0;
    const onEffect = (n: number) => {
      if (n === instant) skewMs = years * YEAR_MS;
    };
    const clock = setTo(() => skewMs);
    await liveUntil({ folder, clock, onEffect }, `the update with a jump at effect ${instant}`, () => isAtEnd(folder));
    // And the next start, by the same clock, without a network.
    scenario.world.isOffline = true;
    await liveUntil({ folder, clock }, 'it runs again', (life) => life.running() === '2.0.0');
    scenario.world.isOffline = false;
  }
});
