import { type Outcome, refuse, succeed } from '../errors.ts';
import { MODULE_BOUNDS } from './bounds.ts';
import type { ModuleTable } from './module.ts';

/** Tables with the most that each may grow to. Code: module_too_large, for what they hold together at the start. */
export function clampTables(tables: readonly ModuleTable[]): Outcome<ModuleTable[]> {
  const atStart = tables.reduce((sum, table) => sum + table.min, 0);
  if (atStart > MODULE_BOUNDS.tableElementsMin)
    return refuse(
      'module_too_large',
      `the module's tables start with ${atStart} elements; the most is ${MODULE_BOUNDS.tableElementsMin}`,
    );
  return succeed(
    tables.map((table) => {
      const most = Math.max(table.min, MODULE_BOUNDS.tableElementsMax);
      return { ...table, max: Math.min(table.max ?? most, most) };
    }),
  );
}
