import type { ModuleImport } from './engine.ts';
import { LoadRefusal } from './guest.ts';
import type { HostFunction } from './wherry-abi.ts';

/** What a guest may import: module name → function name → function. */
export type OfferedImports = ReadonlyMap<string, ReadonlyMap<string, HostFunction>>;

/**
 * The import object for one module: exactly the functions it asks for, in objects without a prototype. With ordinary objects a
 * module may import `constructor` or `__proto__`, and through them reach Function and with it all of Node.
 */
export function importObject(
  wanted: readonly ModuleImport[],
  offered: OfferedImports,
): Record<string, Record<string, HostFunction>> {
  const out: Record<string, Record<string, HostFunction>> = Object.create(null);
  for (const { module, name, kind } of wanted) {
    const found = kind === 'function' ? offered.get(module)?.get(name) : undefined;
    if (found === undefined)
      throw new LoadRefusal('import_refused', `import ${JSON.stringify(`${module}.${name}`)} (${kind}) is not offered`);
    out[module] ??= Object.create(null) as Record<string, HostFunction>;
    out[module][name] = found;
  }
  return out;
}
