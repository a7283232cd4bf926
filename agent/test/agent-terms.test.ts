import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readStatus } from '../src/command-line/status.ts';
import { setUpStage } from './agent-stage.ts';
import { APP } from './agent-world.ts';
import { openPlace } from './blob-places.ts';
import { tinyModule } from './tiny-module.ts';
import { until } from './until.ts';
import { assemblyScript } from './wasm/compile.ts';

/** Windows, budgets and what is told after the verdict, through the whole agent. */
const stage = setUpStage();
const HOUR_MS = 3_600_000;

/** A window by UTC that opens at the full hour so many hours from now. */
function windowIn(hours: number) {
  const hour = new Date(Date.now() + hours * HOUR_MS).getUTCHours();
  return { cron: `0 ${hour} * * *`, durationMs: HOUR_MS, timeZone: 'Etc/UTC' };
}

function configure(settings: object): void {
  writeFileSync(join(stage.world.folder, 'agent.json'), JSON.stringify({ runnerPool: 0, ...settings }));
}

test('an update is downloaded ahead of its window and waits for it, over a restart, until the window is another', async () => {
  const agent = await stage.start();
  await stage.install('1.0.0');
  const release = stage.publish('2.0.0');
  stage.world.want([{ version: '2.0.0', release, window: windowIn(6) }]);
  await stage.reached('staged', '2.0.0');
  await until('it says why', () => stage.world.statusOf(APP)?.code === 'outside_window');
  const message = expect.stringMatching(/which opens \d{4}-\d\d-\d\d \d\d:00 \+00:00$/);
  expect(stage.world.statusOf(APP)).toMatchObject({ message, running: { version: '1.0.0' } });
  await agent.kill();
  const before = stage.world.items.length;
  await stage.start();
  await until('the new start is told', () => stage.world.items.length > before + 1);
  expect(stage.world.statusOf(APP)).toMatchObject({ state: 'staged', code: 'outside_window' });
  stage.world.want([{ version: '2.0.0', release, window: windowIn(0) }]);
  await stage.reached('healthy', '2.0.0');
});

test('a rollback does not wait; a zone that nobody knows is a refusal', async () => {
  await stage.start();
  const first = await stage.install('1.0.0');
  await stage.install('1.1.0');
  const window = windowIn(6);
  stage.world.want([{ version: '1.0.0', release: first, attempt: 2, rollback: true, window }]);
  await stage.reached('healthy', '1.0.0');
  const release = stage.publish('2.0.0');
  stage.world.want([{ version: '2.0.0', release, window: { ...window, timeZone: 'Mars/Phobos' } }]);
  await stage.reached('rejected', '2.0.0');
  expect(stage.world.statusOf(APP)).toMatchObject({ code: 'invalid_message', running: { version: '1.0.0' } });
});

test('a download above the budget waits and says so; what was downloaded is counted, over a restart', async () => {
  configure({ links: { unmetered: { bytesPerMonth: 20_000 } } });
  const agent = await stage.start();
  await stage.install('1.0.0');
  const release = stage.publish('2.0.0', { paddingBytes: 30_000 });
  stage.world.want([{ version: '2.0.0', release }]);
  await until('it says why', () => stage.world.statusOf(APP)?.code === 'download_budget_spent');
  expect(stage.world.statusOf(APP)).toMatchObject({ state: 'waiting', running: { version: '1.0.0' } });
  expect(stage.world.requests.filter((path) => path.includes('/blobs/'))).toHaveLength(1);
  await agent.stop();
  const spent = () =>
    readStatus(stage.world.folder).downloads.map(({ link, purpose, bytes }) => [link, purpose, bytes]);
  expect(spent()).toEqual([
    ['unmetered', 'blob', expect.any(Number)],
    ['unmetered', 'release', expect.any(Number)],
  ]);
  configure({ links: { unmetered: { bytesPerMonth: 50_000 } } });
  await stage.start();
  await stage.reached('healthy', '2.0.0');
  await until('it is counted', () => Number(spent()[0]?.[2]) > 30_000);
});

test('a neighbour that has the blob is asked although the budget is spent; where none has it, the budget is what it waits for', async () => {
  const neighbours = new Map<string, Buffer>();
  const [near, far] = [await openPlace(neighbours), await openPlace(new Map())];
  try {
    const downloads = { peers: [far.url, near.url] };
    configure({ downloads, links: { unmetered: { bytesPerMonth: 20_000 } } });
    const agent = await stage.start();
    await stage.install('1.0.0');
    const module = tinyModule({ label: '2.0.0', paddingBytes: 30_000 });
    const release = stage.world.publish({ version: '2.0.0', module });
    stage.world.want([{ version: '2.0.0', release }]);
    await until('it says why', () => stage.world.statusOf(APP)?.code === 'download_budget_spent');
    expect(stage.world.statusOf(APP)).toMatchObject({ state: 'downloading', running: { version: '1.0.0' } });
    const wanted = stage.world.releaseOf(release).variants[0] as { module: { digest: string } };
    expect(far.asked.concat(near.asked).filter((asked) => asked.includes(hexOf(wanted)))).toHaveLength(2);
    expect(stage.world.requests.some((path) => path.includes(hexOf(wanted)))).toBe(false);
    await agent.stop();
    neighbours.set(wanted.module.digest, module);
    await stage.start();
    await stage.reached('healthy', '2.0.0');
    expect(stage.world.statusOf(APP)).not.toHaveProperty('code');
    expect(stage.world.requests.some((path) => path.includes(hexOf(wanted)))).toBe(false);
    expect(near.sentBytes).toBe(module.length);
  } finally {
    await near.close();
    await far.close();
  }
});

const hexOf = ({ module }: { readonly module: { readonly digest: string } }) => module.digest.replace('sha256:', '');

test('a program that falls sick after its verdict is told as such at once', async () => {
  configure({ http: { port: 0 } });
  const guest = assemblyScript(
    'fallible',
    `import { kv, respond } from "@sdk";
     export function onHttp(method: string, path: string, query: string, body: ArrayBuffer): ArrayBuffer {
       kv.set("sick", "yes");
       return respond(200, "as you wish");
     }
     export function onHealth(): i32 { return kv.get("sick") === null ? 0 : 1; }`,
  );
  const agent = await stage.start();
  const patch = { triggers: [{ on: 'http', path: '/fall', methods: ['GET'] }], capabilities: { kv: true } } as never;
  const release = stage.world.publish({ version: '1.0.0', module: readFileSync(guest), patch });
  stage.world.want([{ version: '1.0.0', release }]);
  await stage.reached('healthy', '1.0.0');
  expect((await fetch(`${agent.ready.http}/${APP}/fall`)).status).toBe(200);
  await until('its health is told', () => stage.world.statusOf(APP)?.code === 'health_failed');
  expect(stage.world.statusOf(APP)).toMatchObject({ state: 'healthy', version: '1.0.0' });
  await until('that it loops is told', () => stage.world.statusOf(APP)?.code === 'crash_loop');
});
