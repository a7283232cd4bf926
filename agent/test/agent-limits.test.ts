import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { setUpStage } from './agent-stage.ts';
import { APP } from './agent-world.ts';
import { until } from './until.ts';
import { wat } from './wasm/compile.ts';

/** A limit that a program hits on a real agent, as the fleet hears of it: with the state, as an event. */
const stage = setUpStage();

test('which limit it was, and how far the program went, is told with the failure and as an event', async () => {
  const module = readFileSync(
    wat(
      'limits-told',
      `(module (memory (export "memory") 1) (func (export "__new") (param i32 i32) (result i32) (i32.const 1024))
        (func (export "__pin") (param i32) (result i32) (local.get 0)) (func (export "__unpin") (param i32))
        (func (export "onStart") (loop $l (br $l))))`,
    ),
  );
  await stage.start();
  const limits = { memoryBytes: 1024 * 1024, cpuShare: 1, wallMs: 30_000, cpuTimeMs: 120 };
  const health = { afterMs: 0, everyMs: 100, failures: 1, soakMs: 5_000 };
  const release = stage.world.publish({ version: '1.0.0', module, patch: { limits, health } });
  stage.world.want([{ version: '1.0.0', release }]);
  await until('it has failed', () => stage.world.statusOf(APP)?.state === 'failed');
  const limit = { limit: 'cpu_time', limitMs: 120, usedMs: expect.any(Number) };
  expect(stage.world.statusOf(APP)).toMatchObject({ code: 'cpu_limit', limit });
  const [event] = stage.world.events('limit_hit');
  expect(event?.body).toMatchObject({ severity: 'warning', app: APP, message: expect.stringContaining('120 ms') });
});
