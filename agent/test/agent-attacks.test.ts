import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PAYLOAD_TYPES } from '@wherry/protocol';
import { expect, test } from 'vitest';
import { childrenOf, setUpStage } from './agent-stage.ts';
import { APP } from './agent-world.ts';
import { makeSigner } from './signing.ts';
import { digestOf, tinyModule } from './tiny-module.ts';
import { until } from './until.ts';

/** Whatever comes over the network or rots on the disk, the device goes on running what it ran, and says what is wrong. */
const stage = setUpStage();
const { start, reached, publish, install } = stage;

async function rejectedWith(code: string): Promise<void> {
  await reached('rejected', '2.0.0');
  expect(stage.world.statusOf(APP)).toMatchObject({ code, running: { version: '1.0.0' } });
}

test('a module whose bytes were changed on the way is refused', async () => {
  const agent = await start();
  await install('1.0.0');
  const [runner] = childrenOf(agent.pid);
  const release = publish('2.0.0');
  stage.world.onBlob = (_digest, bytes, _request, response) => {
    const changed = Buffer.from(bytes);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    response.end(changed);
    return true;
  };
  stage.world.want([{ version: '2.0.0', release }]);
  await rejectedWith('digest_mismatch');
  expect(childrenOf(agent.pid)).toEqual([runner]);
  expect(readdirSync(join(stage.world.folder, 'blobs/partial'))).toEqual([]);
});

test('more bytes than were signed are never stored', async () => {
  await start();
  await install('1.0.0');
  const release = publish('2.0.0', { paddingBytes: 100_000 });
  let sentBytes = 0;
  stage.world.onBlob = (_digest, bytes, _request, response) => {
    const flood = Buffer.alloc(64 * 1024);
    response.write(bytes);
    const pour = () => {
      while (!response.destroyed && sentBytes < 200_000_000) {
        sentBytes += flood.length;
        if (!response.write(flood)) return void response.once('drain', pour);
      }
    };
    pour();
    return true;
  };
  stage.world.want([{ version: '2.0.0', release }]);
  await rejectedWith('length_mismatch');
  expect(sentBytes).toBeLessThan(100_000_000);
});

test('a blob that is shorter on the server than signed is refused', async () => {
  await start();
  await install('1.0.0');
  const module = tinyModule({ label: '2.0.0' });
  const release = stage.world.publish({ version: '2.0.0', module, sizeBytes: module.length + 10 });
  stage.world.want([{ version: '2.0.0', release }]);
  await rejectedWith('length_mismatch');
});

test('a download that is cut off is resumed where it stopped', async () => {
  await start();
  await install('1.0.0');
  const release = publish('2.0.0', { paddingBytes: 200_000 });
  const ranges: (string | undefined)[] = [];
  stage.world.onBlob = (_digest, bytes, request, response) => {
    ranges.push(request.headers.range);
    if (ranges.length > 2) return false;
    const from = ranges.length === 1 ? 0 : Number(/\d+/.exec(request.headers.range ?? '')?.[0]);
    const head =
      from === 0
        ? { 'content-length': bytes.length }
        : {
            'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
            'content-length': bytes.length - from,
          };
    response.writeHead(from === 0 ? 200 : 206, head);
    response.write(bytes.subarray(from, from + 70_000), () => setImmediate(() => response.destroy()));
    return true;
  };
  stage.world.want([{ version: '2.0.0', release }]);
  await reached('healthy', '2.0.0');
  expect(ranges[0]).toBeUndefined();
  expect(ranges.slice(1).every((range) => /^bytes=[1-9]\d*-$/.test(range ?? ''))).toBe(true);
  expect(stage.world.events('download_failed')).toHaveLength(1);
});

test('a blob that is not there is a final refusal; a server in trouble is asked again', async () => {
  await start();
  await install('1.0.0');
  let asked = 0;
  stage.world.onBlob = (_digest, _bytes, _request, response) => {
    asked += 1;
    response.writeHead(asked < 3 ? 503 : 404).end();
    return true;
  };
  stage.world.want([{ version: '2.0.0', release: publish('2.0.0') }]);
  await rejectedWith('download_failed');
  expect(asked).toBe(3);
});

test('a release that no publisher names is refused, and one under the name of another', async () => {
  await start();
  await install('1.0.0');
  const release = publish('2.0.0');
  stage.world.owner.revoke(APP, '2.0.0');
  stage.world.want([{ version: '2.0.0', release }]);
  await rejectedWith('target_unknown');
  const other = publish('3.0.0');
  stage.world.want([{ version: '1.0.0', release: other, rollback: true }]);
  await reached('rejected', '1.0.0');
  expect(stage.world.statusOf(APP)).toMatchObject({ code: 'release_disagrees', running: { version: '1.0.0' } });
});

test('desired states that a stranger signed, for another device, expired or replayed change nothing and are told once', async () => {
  const agent = await start();
  const first = await install('1.0.0');
  await install('1.1.0');
  const [runner] = childrenOf(agent.pid);
  const attack = { version: '1.0.0', release: first, rollback: true };
  const told = (code: string) =>
    stage.world.events('desired_refused').filter(({ body }) => JSON.stringify(body).includes(`${code}:`)).length;
  const cases: readonly [string, () => void][] = [
    ['key_unknown', () => stage.world.want([attack], makeSigner())],
    ['wrong_device', () => stage.world.want([attack], stage.world.director, { device: 'pi-999' })],
    ['expired', () => stage.world.want([attack], stage.world.director, { expiresAtMs: 1 })],
    ['generation_lower', () => stage.world.want([attack], stage.world.director, { generation: 1 })],
    ['conflict', () => stage.world.want([attack], stage.world.director, { generation: 2 })],
    ['invalid_message', () => stage.world.want([attack], stage.world.director, { surprise: true })],
  ];
  for (const [code, send] of cases) {
    send();
    await until(`${code} is told`, () => told(code) === 1);
  }
  const sealed = stage.world.director.seal(PAYLOAD_TYPES.desired, Buffer.from('{}'));
  for (let times = 0; times < 3; times += 1) stage.world.sendDesired({ ...sealed, payload: 'e30K' });
  await until('signature_invalid is told', () => told('signature_invalid') === 1);
  expect(childrenOf(agent.pid)).toEqual([runner]);
  stage.world.want([{ version: '1.2.0', release: publish('1.2.0') }], stage.world.director, { generation: 90 });
  await reached('healthy', '1.2.0');
  expect(told('signature_invalid')).toBe(1);
});

test('a blob that rotted on the disk is noticed at start and fetched again', async () => {
  const agent = await start();
  await install('1.0.0');
  await agent.kill();
  const digest = digestOf(tinyModule({ label: '1.0.0' }));
  const path = join(stage.world.folder, 'blobs', digest.slice('sha256:'.length));
  const rotten = readFileSync(path);
  rotten[20] = (rotten[20] ?? 0) ^ 0xff;
  writeFileSync(path, rotten);
  const again = await start();
  await until('the module runs again', () => childrenOf(again.pid).length === 1);
  expect(digestOf(readFileSync(path))).toBe(digest);
});

test('a damaged database is set aside; without a network the device goes back to what it should run', async () => {
  const agent = await start();
  await install('1.0.0');
  await agent.kill();
  const path = join(stage.world.folder, 'state.db');
  for (const file of [path, `${path}-wal`]) writeFileSync(file, Buffer.alloc(64 * 1024, 0x5a));
  stage.world.isOffline = true;
  const again = await start();
  await until('the module runs again', () => childrenOf(again.pid).length === 1);
  await reached('healthy', '1.0.0');
  await until('the damage is told', () => stage.world.events('storage_damaged').length === 1);
  expect(readdirSync(stage.world.folder).some((name) => name.startsWith('state.db.damaged-'))).toBe(true);
});
