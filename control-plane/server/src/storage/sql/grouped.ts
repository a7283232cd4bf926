/**
 * Rows that get the same values, together: one statement updates them all by `device in (…)`. In a batch of reports most rows
 * differ in their device only.
 */
export function groupedBy<T>(rows: readonly T[], keyOf: (row: T) => unknown): T[][] {
  return [...Map.groupBy(rows, (row) => JSON.stringify(keyOf(row))).values()];
}
