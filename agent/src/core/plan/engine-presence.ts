/**
 * Which kinds of runtime are taken to be there. An engine that restarts is away for seconds: it counts as gone only after it was
 * missed several times in a row, and as there again at the first answer, because programs may be waiting for it.
 */
export interface EnginePresence {
  /** Kinds that are taken to be there. */
  readonly present: ReadonlySet<string>;
  /** How often in a row a kind that is taken to be there was missed. */
  readonly missed: Readonly<Record<string, number>>;
}

/** With a look each minute, two minutes at least. */
const MISSES_UNTIL_GONE = 3;

export function firstPresence(answering: ReadonlySet<string>): EnginePresence {
  return { present: answering, missed: {} };
}

export function look(before: EnginePresence, answering: ReadonlySet<string>): EnginePresence {
  const missed: Record<string, number> = {};
  const present = new Set(answering);
  for (const kind of before.present) {
    if (answering.has(kind)) continue;
    const count = (before.missed[kind] ?? 0) + 1;
    if (count >= MISSES_UNTIL_GONE) continue;
    missed[kind] = count;
    present.add(kind);
  }
  return { present, missed };
}

export function hasChanged(before: EnginePresence, after: EnginePresence): boolean {
  return before.present.size !== after.present.size || [...before.present].some((kind) => !after.present.has(kind));
}
