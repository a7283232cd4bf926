import type { CommandResult } from '@wherry/protocol';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createCounters } from '../logs/counters.ts';
import { type CommandDesk, createCommandDesk, type Order } from './commands.ts';
import { LINK_TUNING } from './tuning.ts';

const silent = pino({ level: 'silent' });
const BOOT = 'a'.repeat(32);
let answers: { id: string; result: CommandResult }[];
let ran: string[];
let isUp: boolean;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  answers = [];
  ran = [];
  isUp = true;
});
afterEach(() => void vi.useRealTimers());

function desk(run: (id: string) => Promise<CommandResult> = async () => ({ ok: true, message: 'done' })): CommandDesk {
  return createCommandDesk({
    boot: BOOT,
    run: (id) => {
      ran.push(id);
      return run(id);
    },
    answer(id, result) {
      if (isUp) answers.push({ id, result });
      return isUp;
    },
    tuning: LINK_TUNING,
    log: silent,
    counters: createCounters(silent),
    nowMs: Date.now,
  });
}

function restart(expiresAtMs = 2_000_000, boot = BOOT): Order {
  return { boot, command: { kind: 'restart', app: 'thermostat', expiresAtMs } } as Order;
}

test('a command that arrives again is not carried out again, but answered again', async () => {
  const commands = desk();
  commands.receive('one', restart());
  await vi.advanceTimersByTimeAsync(0);
  commands.receive('one', restart());
  expect(ran).toEqual(['one']);
  expect(answers.map(({ id }) => id)).toEqual(['one', 'one']);
});

test('a command after its time is refused', () => {
  desk().receive('late', restart(1_000_000));
  expect(ran).toEqual([]);
  expect(answers[0]?.result).toMatchObject({ ok: false, code: 'expired' });
});

test('more than a few at once are refused, not queued', () => {
  const commands = desk(() => new Promise(() => {}));
  for (let n = 0; n < LINK_TUNING.commandsAtOnce + 1; n += 1) commands.receive(`c${n}`, restart());
  expect(ran).toHaveLength(LINK_TUNING.commandsAtOnce);
  expect(answers[0]?.result).toMatchObject({ ok: false, code: 'rate_limited' });
});

test('a command that never ends is answered in the end', async () => {
  desk(() => new Promise(() => {})).receive('stuck', restart());
  await vi.advanceTimersByTimeAsync(LINK_TUNING.commandTimeoutMs);
  expect(answers[0]?.result).toMatchObject({ ok: false, code: 'unavailable' });
});

test('a command that throws is answered without the inside', async () => {
  desk(() => Promise.reject(new Error('/var/lib/wherry/secret'))).receive('bad', restart());
  await vi.advanceTimersByTimeAsync(0);
  expect(answers[0]?.result).toMatchObject({ ok: false, code: 'internal' });
  expect(JSON.stringify(answers)).not.toContain('secret');
});

test('a result that found no way out leaves with the next session', async () => {
  isUp = false;
  const commands = desk();
  commands.receive('one', restart());
  await vi.advanceTimersByTimeAsync(0);
  expect(answers).toEqual([]);
  isUp = true;
  commands.flush();
  commands.flush();
  expect(answers.map(({ id }) => id)).toEqual(['one']);
});

test('a command for another start of the agent is refused', () => {
  desk().receive('old', restart(2_000_000, 'b'.repeat(32)));
  expect(ran).toEqual([]);
  expect(answers[0]?.result).toMatchObject({ ok: false, code: 'expired' });
});

test('only the last ids are remembered one by one, and those before are not carried out again either', async () => {
  const commands = desk();
  const id = (n: number) => `c${String(n).padStart(6, '0')}`;
  const total = LINK_TUNING.commandsRemembered + 10;
  for (let n = 0; n < total; n += 1) {
    commands.receive(id(n), restart());
    await vi.advanceTimersByTimeAsync(0);
  }
  expect(ran).toHaveLength(total);
  for (let n = 0; n < 20; n += 1) commands.receive(id(n), restart());
  expect(ran).toHaveLength(total);
  expect(answers).toHaveLength(total + 10);
  // One that was only late.
  commands.receive('c000400', restart());
  expect(ran.at(-1)).toBe('c000400');
});
