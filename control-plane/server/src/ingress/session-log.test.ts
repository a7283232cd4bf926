import { expect, it, vi } from 'vitest';
import { SessionLog } from './session-log.ts';

function heldLog(maxChanges: number) {
  const told: string[][] = [];
  let go = () => {};
  const held = new Promise<void>((resolve) => {
    go = resolve;
  });
  const log = new SessionLog({
    maxChanges,
    waitMs: 0,
    maxWaitMs: 0,
    async tell(changes) {
      told.push(changes.map(({ tenant, device, news }) => `${tenant}/${device} ${news}`));
      if (told.length === 1) await held;
    },
  });
  return { log, told, go: () => go() };
}

it('tells the news of a device in order, and of a flapping one only the newest that waits', async () => {
  const { log, told, go } = heldLog(100);
  log.note('t', 'a', 'connected');
  await vi.waitFor(() => expect(told).toHaveLength(1));
  for (let round = 0; round < 100; round += 1) {
    log.note('t', 'a', 'disconnected');
    log.note('t', 'a', 'connected');
  }
  log.note('t', 'a', 'disconnected');
  log.note('t', 'b', 'connected');
  go();
  await log.drain();
  expect(told).toEqual([['t/a connected'], ['t/a disconnected', 't/b connected']]);
});

it('tells what gathered as one group, and never a larger one than asked for', async () => {
  const { log, told, go } = heldLog(3);
  go();
  for (const device of ['a', 'b', 'c', 'd', 'e']) log.note('t', device, 'connected');
  await log.drain();
  expect(told.map((group) => group.length)).toEqual([3, 2]);
});

it('knows the newest news until it is told', async () => {
  const { log, told, go } = heldLog(1);
  log.note('t', 'a', 'connected');
  expect(log.newest('t', 'a')).toBe('connected');
  await vi.waitFor(() => expect(told).toHaveLength(1));
  expect(log.newest('t', 'a')).toBe('connected');
  log.note('t', 'a', 'disconnected');
  expect(log.newest('t', 'a')).toBe('disconnected');
  expect(log.newest('t', 'b')).toBeNull();
  go();
  await log.drain();
  expect(log.newest('t', 'a')).toBeNull();
});
