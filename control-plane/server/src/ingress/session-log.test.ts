import { expect, it } from 'vitest';
import { SessionLog } from './session-log.ts';

it('tells the news of a device in order, and of a flapping one only the newest that waits', async () => {
  const told: string[] = [];
  let go = () => {};
  const held = new Promise<void>((resolve) => {
    go = resolve;
  });
  const log = new SessionLog(async (tenant, device, news) => {
    told.push(`${tenant}/${device} ${news}`);
    if (told.length === 1) await held;
  });
  log.note('t', 'a', 'connected');
  for (let round = 0; round < 100; round += 1) {
    log.note('t', 'a', 'disconnected');
    log.note('t', 'a', 'connected');
  }
  log.note('t', 'a', 'disconnected');
  log.note('t', 'b', 'connected');
  go();
  await log.drain();
  expect(told).toEqual(['t/a connected', 't/b connected', 't/a disconnected']);
});
