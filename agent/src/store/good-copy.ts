import type { Database } from 'better-sqlite3';
import { z } from 'zod';
import type { Confirmed } from '../core/lifecycle/state.ts';
import type { Effects } from '../shell/effects.ts';
import { readIfThere, replaceFile } from './files.ts';
import type { Ledger } from './ledger.ts';
import { confirmed } from './record-schema.ts';

/**
 * What must outlive a lost database, in a file beside it: the last good release of each app, and what failed here. Without it a device
 * whose desired release is a bad one would try that again (rule A5), and have nothing to go back to (rule A2). The file is written
 * anew when either changes, a few times in a deployment; it proves nothing: releases are verified at each start all the same.
 */
export interface GoodCopy {
  /** Brings the file up to date; nothing is written when it is. */
  write(): void;
  /** Into an empty database; call inside a transaction. Answers how many apps. */
  restore(nowMs: number): number;
}

const content = z.strictObject({
  good: z.array(confirmed),
  quarantine: z.array(z.strictObject({ release: z.string(), attempt: z.int(), code: z.string() })),
});

export function createGoodCopy(path: string, db: Database, ledger: Ledger, effects: Effects): GoodCopy {
  const failures = db.prepare('SELECT release, attempt, code FROM quarantine ORDER BY release');

  function present(): string {
    const good = ledger.records().records.flatMap((record) => (record.good === null ? [] : [record.good]));
    return JSON.stringify({ good, quarantine: failures.all() });
  }

  return {
    write() {
      const text = present();
      if (readIfThere(path) !== text) replaceFile(effects, path, text);
    },
    restore(nowMs) {
      const found = parse(readIfThere(path));
      for (const { release, attempt, code } of found?.quarantine ?? [])
        ledger.quarantine(release, attempt, code, nowMs);
      for (const good of found?.good ?? []) ledger.saveRecord(recordOf(good, nowMs));
      return found?.good.length ?? 0;
    },
  };
}

function recordOf(good: Confirmed, sinceMs: number) {
  const target = { ...good, refusals: [] };
  return { app: good.workload.app, phase: 'healthy' as const, target, good, verdict: null, sinceMs, transitions: 0 };
}

function parse(text: string | null): z.output<typeof content> | null {
  try {
    const parsed = content.safeParse(JSON.parse(text ?? ''));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
