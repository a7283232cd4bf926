import { LoadRefusal } from '../../guest.ts';
import type { ComponentFunction, HostFunctions } from '../world.ts';

/** The host's functions by interface, without version, and by name. */
export type Interfaces = Readonly<Record<string, Readonly<Record<string, ComponentFunction>>>>;

export function hostFunctions(groups: readonly Interfaces[]): HostFunctions {
  const all = new Map(
    groups.flatMap((group) =>
      Object.entries(group).map(([name, functions]) => [name, new Map(Object.entries(functions))]),
    ),
  );
  return {
    find(interfaceName, name) {
      const found = all.get(interfaceName)?.get(name);
      // Admission offers only what is here, which a test holds it to.
      if (found === undefined) throw new LoadRefusal('import_refused', `${interfaceName} ${name} is not offered`);
      return found;
    },
    drop(represents) {
      if (isDroppable(represents)) represents.drop();
    },
  };
}

function isDroppable(value: unknown): value is { drop(): void } {
  return typeof value === 'object' && value !== null && 'drop' in value && typeof value.drop === 'function';
}
