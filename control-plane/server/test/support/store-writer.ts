import type { DeviceId } from '@wherry/protocol';
import { openSqliteStore } from '../../src/storage/sqlite/open-sqlite-store.ts';

/** Stores batches of numbered events until it is killed, and says the last number of each batch once it is committed. */
const TENANT = 'default';
const DEVICE = 'pi-1' as DeviceId;
const BOOT = 'b'.repeat(32);
const BATCH = 20;

const [path = ''] = process.argv.slice(2);
const store = await openSqliteStore(path);
const [stored] = await store.received.contiguous(TENANT, [{ device: DEVICE, boot: BOOT }]);
for (let next = (stored?.upTo ?? 0) + 1; ; next += BATCH) {
  const numbers = Array.from({ length: BATCH }, (_, index) => next + index);
  await store.transaction(async (repositories) => {
    const runs = numbers.map((seq) => ({ device: DEVICE, boot: BOOT, firstSeq: seq, seq }));
    await repositories.received.note(TENANT, runs, 1, 10);
    await repositories.deviceEvents.append(
      TENANT,
      numbers.map((seq) => ({
        device: DEVICE,
        atMs: seq,
        severity: 'info' as const,
        name: 'written',
        app: null,
        message: String(seq),
      })),
    );
  });
  process.stdout.write(`${next + BATCH - 1}\n`);
}
