import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createEffects, openGenerations } from '@wherry/agent/trust';
import { median, percentile, rounded } from '../statistics.ts';
import { atMost, type Suite } from '../suite.ts';
import { makeRepository, type Wanted } from './measured-repository.ts';

const UPDATE_LIMIT_MS = 20;
const WARM_UP = 10;
const never = new AbortController().signal;

/**
 * What the signatures of an update cost a device, in time of its processor: a new release in a role with many others, with every role above it signed anew. The
 * network is left out; the disk is in where it says so.
 */
export const trustSuite: Suite = {
  describe: 'verifying signed metadata: an update, nothing new, a start',
  help: '  --targets N   releases that the role names (100)\n  --rounds N    updates that are measured (100)\n',
  async run(args, say) {
    const { values } = parseArgs({
      args: [...args],
      options: { targets: { type: 'string', default: '100' }, rounds: { type: 'string', default: '100' } },
    });
    const [targets, rounds] = [Number(values.targets), Number(values.rounds)];
    const repository = makeRepository(targets);
    const folder = mkdtempSync(join(tmpdir(), 'wherry-bench-trust-'));
    try {
      const inMemory = repository.device({ read: () => [], commit: () => {} });
      const effects = createEffects();
      const onDisk = repository.device(openGenerations(join(folder, 'metadata'), effects));
      const [update, calm, start, kept]: number[][] = [[], [], [], []];
      for (let round = -WARM_UP; round < rounds; round += 1) {
        const wanted = repository.publish();
        const figures = {
          update: await timed(() => taken(inMemory.fetch(wanted, never))),
          calm: await timed(() => taken(inMemory.fetch(wanted, never))),
          kept: await timed(() => taken(onDisk.fetch(wanted, never))),
          start: await timed(async () => begun(onDisk.local(wanted), wanted)),
        };
        if (round < 0) continue;
        update?.push(figures.update);
        calm?.push(figures.calm);
        kept?.push(figures.kept);
        start?.push(figures.start);
      }
      say(`${rounds} updates of a role that names ${targets} releases and more`);
      const [updateMs, calmMs, startMs, keptMs] = [update, calm, start, kept].map((all) => spread(all ?? []));
      return {
        targets,
        rounds,
        updateMs,
        /** The timestamp has nothing new, and the release is known. */
        nothingNewMs: calmMs,
        /** With everything written to the disk, synced. */
        updateOnDiskMs: keptMs,
        /** From the disk, without a network. */
        startMs,
        limits: [atMost('verify an update, ms', UPDATE_LIMIT_MS, updateMs?.median ?? null)],
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function taken(fetching: Promise<{ readonly ok: boolean }>): Promise<void> {
  const fetched = await fetching;
  if (!fetched.ok) throw new Error(`an update was not taken: ${JSON.stringify(fetched)}`);
}

function begun(found: { readonly ok: boolean } | null, { version }: Wanted): void {
  if (!found?.ok) throw new Error(`${version} does not verify from the disk: ${JSON.stringify(found)}`);
}

/** Time of the processor: other programs do not count. */
async function timed(action: () => Promise<void>): Promise<number> {
  const began = process.cpuUsage();
  await action();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}

function spread(values: readonly number[]) {
  return { median: rounded(median(values), 2), p99: rounded(percentile(values, 0.99), 2) };
}
