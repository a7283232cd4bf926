import { cpSync, linkSync, lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { childrenOf, setUpStage } from './agent-stage.ts';
import { APP } from './agent-world.ts';
import { digestOf, tinyModule } from './tiny-module.ts';
import { until } from './until.ts';

/** Somebody has had the card in another machine: links planted where blobs belong, and an older image of all of it. */
const stage = setUpStage();
const { start, reached, publish, install } = stage;
const elsewhere = mkdtempSync(join(tmpdir(), 'wherry-elsewhere-'));
afterAll(() => rmSync(elsewhere, { recursive: true, force: true }));

const blobs = () => join(stage.world.folder, 'blobs');
const hexOf = (version: string) => digestOf(tinyModule({ label: version })).slice('sha256:'.length);

test.each([
  ['a symbolic link', symlinkSync],
  ['a hard link', linkSync],
])('%s in place of a download: nothing is written where it leads', async (what, link) => {
  await start();
  await install('1.0.0');
  const victim = join(elsewhere, what);
  writeFileSync(victim, 'precious');
  link(victim, join(blobs(), 'partial', hexOf('2.0.0')));
  stage.world.want([{ version: '2.0.0', release: publish('2.0.0') }]);
  await reached('healthy', '2.0.0');
  expect(readFileSync(victim, 'utf8')).toBe('precious');
  expect(lstatSync(join(blobs(), hexOf('2.0.0'))).isFile()).toBe(true);
});

test('a link in place of a module, which leads to the right bytes for now, is replaced by the module', async () => {
  const agent = await start();
  await install('1.0.0');
  await agent.kill();
  const path = join(blobs(), hexOf('1.0.0'));
  const copy = join(elsewhere, 'copy');
  cpSync(path, copy);
  rmSync(path);
  symlinkSync(copy, path);
  const again = await start();
  await until('the module runs again', () => childrenOf(again.pid).length === 1);
  expect(lstatSync(path).isFile()).toBe(true);
});

test('a card set back to an older image runs what the owner still names, and goes forward with a network', async () => {
  const agent = await start();
  const first = await install('1.0.0');
  await agent.kill();
  const image = join(elsewhere, 'image');
  cpSync(stage.world.folder, image, { recursive: true });
  const later = await start();
  const second = await install('2.0.0');
  await later.kill();

  stage.world.owner.revoke(APP, '1.0.0');
  rmSync(stage.world.folder, { recursive: true });
  cpSync(image, stage.world.folder, { recursive: true });
  const before = stage.world.items.length;
  const restored = await start();
  stage.world.want([{ version: '2.0.0', release: second }]);
  await until('the restored device says that it went forward', () =>
    stage.world.items
      .slice(before)
      .flatMap(({ body }) => (body.type === 'state' ? Object.values(body.workloads) : []))
      .some((status) => status?.state === 'healthy' && status.version === '2.0.0'),
  );
  stage.world.want([{ version: '1.0.0', release: first, rollback: true }]);
  await reached('rejected', '1.0.0');
  expect(stage.world.statusOf(APP)).toMatchObject({ code: 'target_unknown', running: { version: '2.0.0' } });
  expect(childrenOf(restored.pid)).toHaveLength(1);
});
