import { pino } from 'pino';
import { expect, it } from 'vitest';
import { createLimitEvents } from './limit-events.ts';

it('tells the first hit at once, and then one in a while with the number of those between', () => {
  const events: { app: string | null; name: string; message: string }[] = [];
  let nowMs = 1_000;
  const reporter = {
    appendEvent: (app: string | null, { name, message }: { name: string; message: string }) =>
      void events.push({ app, name, message }),
  };
  const store = { transaction: (_name: string, action: () => unknown) => action() } as never;
  const tell = createLimitEvents(store, () => reporter, { nowMs: () => nowMs } as never, pino({ level: 'silent' }));
  const hit = { limit: 'fuel', limitFuel: 10, usedFuel: 12 } as const;
  for (let call = 0; call < 4; call++) tell('thermostat').limitHit(hit);
  tell('thermostat').limitHit({ limit: 'stack' });
  tell('kiosk').limitHit(hit);
  expect(events.map(({ app }) => app)).toEqual(['thermostat', 'thermostat', 'kiosk']);
  expect(events[0]).toMatchObject({ name: 'limit_hit', message: expect.stringContaining('12 of 10') });
  nowMs += 300_000;
  tell('thermostat').limitHit(hit);
  expect(events.at(-1)?.message).toContain('3 times');
  tell('kiosk').restarted('its neighbour fell');
  expect(events.at(-1)).toMatchObject({ app: 'kiosk', name: 'workload_restarted' });
});
