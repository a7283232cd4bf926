import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDenyList } from './deny-list.ts';

let folder: string;
let made: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wherry-deny-'));
  made = 0;
});
afterEach(() => rm(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
const refused = (...serials: string[]) => serials.map((serial) => ({ serial, atMs: 1 }));
const listIn = (place: string) =>
  createDenyList(
    { clientsFile: at('clients'), revokedFile: join(place, 'revoked'), pidFile: at('pid') },
    {
      tag: (some) => some.map(({ serial }) => serial).join(),
      make: async (some) => {
        made += 1;
        return { clients: 'authorities', revoked: some.map(({ serial }) => serial).join() };
      },
    },
  );

it('writes what is new, and nothing twice', async () => {
  const list = listIn(folder);
  for (const some of [refused(), refused(), refused('4a'), refused('4a'), refused()]) await list.tell(some);
  expect(made).toBe(3);
  await list.tell(refused('4a', '4b'));
  expect(await readFile(at('revoked'), 'utf8')).toBe('4a,4b');
  expect(await readFile(at('clients'), 'utf8')).toBe('authorities');
});

it('tries again what could not be written', async () => {
  const list = listIn(at('not-there'));
  await expect(list.tell(refused('4a'))).rejects.toThrow('not-there');
  await expect(list.tell(refused('4a'))).rejects.toThrow('not-there');
  expect(made).toBe(2);
});

it.each(['', 'nonsense', '0', '1', '-1', String(process.pid)])(
  'signals no program but mosquitto: pid file %j',
  async (text) => {
    await writeFile(at('pid'), text);
    // SIGHUP would end this process.
    await listIn(folder).tell(refused('4a'));
    expect(made).toBe(1);
  },
);
