import { ModuleRefusal } from '../admission/byte-reader.ts';
import type { ModuleShape } from '../admission/module.ts';
import { COMPONENT_BOUNDS as BOUNDS } from './bounds.ts';
import type { CoreSort, Definition } from './definitions.ts';
import type { CoreInstanceItem, Scope } from './items.ts';
import type { CoreInstancePlan, CoreRef } from './plan.ts';
import { malformed } from './read-parts.ts';

/** Core modules and their instances: what each imports must be there, by name and kind, before it is made. */
export type ReadModule = (start: number, end: number) => ModuleShape;

type Of<Is extends Definition['is']> = Extract<Definition, { is: Is }>;

export class CoreLinker {
  readonly modules: { readonly start: number; readonly end: number; readonly shape: ModuleShape }[] = [];
  readonly instances: CoreInstancePlan[] = [];
  readonly #read: ReadModule;
  readonly #numbers = new Map<number, number>();

  constructor(read: ReadModule) {
    this.#read = read;
  }

  /** The number of a module; one that is reached twice is the same. */
  module({ start, end }: Of<'core module'>): number {
    const known = this.#numbers.get(start);
    if (known !== undefined) return known;
    if (this.modules.length >= BOUNDS.coreModules)
      throw new ModuleRefusal('module_too_large', `the component has more than ${BOUNDS.coreModules} core modules`);
    this.#numbers.set(start, this.modules.length);
    return this.modules.push({ start, end, shape: this.#read(start, end) }) - 1;
  }

  instantiate({ module: index, args }: Of<'core instance'>, scope: Scope): CoreInstanceItem {
    const module = scope.modules[index];
    if (module === undefined) throw malformed(`core module ${index} does not exist`);
    if (this.instances.length >= BOUNDS.coreInstances)
      throw new ModuleRefusal(
        'module_too_large',
        `the component makes more than ${BOUNDS.coreInstances} core instances`,
      );
    const given = new Map(args.map(({ name, instance }) => [name, coreInstance(scope, instance)]));
    const imports = this.#shape(module).imports.map(({ module: from, name, kind }) => {
      const giver = given.get(from);
      const value = giver && this.#exported(giver, kind === 'function' ? 'func' : kind, name);
      if (value === undefined)
        throw malformed(
          `core module ${module} imports ${JSON.stringify(`${from}.${name}`)} (${kind}), which it is not given`,
        );
      return { module: from, name, kind, value };
    });
    return { is: 'instance', index: this.instances.push({ module, imports }) - 1, module };
  }

  bundle({ exports }: Of<'core exports'>, scope: Scope): CoreInstanceItem {
    const entries = exports.map(({ name, sort, index }) => [name, { sort, ref: coreRef(scope, sort, index) }] as const);
    return { is: 'exports', exports: new Map(entries) };
  }

  alias({ sort, instance, name }: Of<'alias core export'>, scope: Scope): void {
    const ref = this.#exported(coreInstance(scope, instance), sort, name);
    if (ref === undefined) throw malformed(`core instance ${instance} exports no ${sort} ${JSON.stringify(name)}`);
    scope.core[sort].push(ref);
  }

  #shape(module: number): ModuleShape {
    return (this.modules[module] as CoreLinker['modules'][number]).shape;
  }

  #exported(giver: CoreInstanceItem, sort: CoreSort, name: string): CoreRef | undefined {
    if (giver.is === 'exports') {
      const found = giver.exports.get(name);
      return found?.sort === sort ? found.ref : undefined;
    }
    const kind = sort === 'func' ? 'function' : sort;
    const isThere = this.#shape(giver.module).exports.some(
      (exported) => exported.name === name && exported.kind === kind,
    );
    return isThere ? { from: 'export', instance: giver.index, name } : undefined;
  }
}

export function coreRef(scope: Scope, sort: CoreSort, index: number): CoreRef {
  const ref = scope.core[sort][index];
  if (ref === undefined) throw malformed(`core ${sort} ${index} does not exist`);
  return ref;
}

function coreInstance(scope: Scope, index: number): CoreInstanceItem {
  const instance = scope.coreInstances[index];
  if (instance === undefined) throw malformed(`core instance ${index} does not exist`);
  return instance;
}
