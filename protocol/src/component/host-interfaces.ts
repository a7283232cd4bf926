import { CLI } from './interfaces/cli.ts';
import { FILESYSTEM } from './interfaces/filesystem.ts';
import { HTTP } from './interfaces/http.ts';
import { IO } from './interfaces/io.ts';
import type { InstanceItem, Item } from './items.ts';
import type { ResourcePlan } from './plan.ts';
import type { TypeTable } from './types.ts';
import { readInterface } from './wit-text.ts';

/** The interfaces that the host offers, by name without version. */
export const WASI_INTERFACES: ReadonlyMap<string, string> = new Map(
  [IO, CLI, FILESYSTEM, HTTP].flatMap((group) => Object.entries(group)),
);

/** Interfaces that a component exports to be called, and does not import. */
const EXPORTED_ONLY: ReadonlySet<string> = new Set(['wasi:cli/run', 'wasi:http/incoming-handler']);

/** Names of everything that can be imported, without version. */
export const OFFERED_INTERFACES: readonly string[] = [...WASI_INTERFACES.keys()].filter(
  (name) => !EXPORTED_ONLY.has(name),
);

/** `package:name/interface@version`. WASI 0.2 grows compatibly: any 0.2.x names the same interface. */
const VERSIONED = /^([a-z][a-z0-9-]*:[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*)@0\.2\.\d{1,4}$/;

export function unversioned(name: string): string | undefined {
  return VERSIONED.exec(name)?.[1];
}

export function isOffered(name: string): boolean {
  const plain = unversioned(name);
  return plain !== undefined && WASI_INTERFACES.has(plain) && !EXPORTED_ONLY.has(plain);
}

/** Interfaces as the linker sees them; each is read when it is first asked for, because few components use all. */
export class HostInterfaces {
  readonly #types: TypeTable;
  readonly #resources: ResourcePlan[];
  readonly #read = new Map<string, InstanceItem>();

  constructor(types: TypeTable, resources: ResourcePlan[]) {
    this.#types = types;
    this.#resources = resources;
  }

  /** What stands behind the name of an import; undefined for what is not offered. */
  offered(name: string): InstanceItem | undefined {
    return isOffered(name) ? this.find(unversioned(name) as string) : undefined;
  }

  /** The instance that a component exports under the name of an interface, in whatever version. */
  exportedAs(exports: ReadonlyMap<string, Item>, name: string): InstanceItem | undefined {
    for (const [exported, item] of exports)
      if (item.sort === 'instance' && unversioned(exported) === name) return item.item;
    return undefined;
  }

  find(name: string): InstanceItem {
    const known = this.#read.get(name);
    if (known !== undefined) return known;
    const text = WASI_INTERFACES.get(name);
    if (text === undefined) throw new Error(`there is no text for the interface ${name}`);
    const item = readInterface(name, text, {
      types: this.#types,
      addResource: (resource) => this.#resources.push({ of: 'host', interface: name, name: resource }) - 1,
      find: (other) => this.find(other),
    });
    this.#read.set(name, item);
    return item;
  }
}
