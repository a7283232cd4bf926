import { ModuleRefusal } from '../admission/byte-reader.ts';
import { COMPONENT_BOUNDS as BOUNDS } from './bounds.ts';
import { CoreLinker, coreRef, type ReadModule } from './core-linker.ts';
import type { CanonOptions, ComponentNode, Declaration, Definition, NamedIndex, Sort } from './definitions.ts';
import { HostInterfaces } from './host-interfaces.ts';
import { type ComponentItem, type FuncItem, type InstanceItem, type Item, Scope } from './items.ts';
import { matchExtern, typeAt } from './match.ts';
import type { CallOptions, ComponentPlan, FuncRef, Lift, ResourcePlan, Trampoline } from './plan.ts';
import { malformed } from './read-parts.ts';
import { resolveType } from './resolve-type.ts';
import { TypeTable } from './types.ts';

/**
 * Carries a component's definitions out, as instantiating it would, without running any of its code: what comes out is the plan by
 * which the runner does it. Nested components are carried out once for each time they are instantiated, so everything is counted.
 */
type Of<Is extends Definition['is']> = Extract<Definition, { is: Is }>;

const HOST_MISMATCH = 'import_refused';

export class Linker {
  readonly types = new TypeTable();
  readonly resources: ResourcePlan[] = [];
  readonly host = new HostInterfaces(this.types, this.resources);
  readonly core: CoreLinker;
  readonly #trampolines: Trampoline[] = [];
  readonly #lifts: Lift[] = [];
  #instances = 0;
  #evaluations = 0;

  constructor(read: ReadModule) {
    this.core = new CoreLinker(read);
  }

  link(root: ComponentNode): { readonly plan: ComponentPlan; readonly exports: ReadonlyMap<string, Item> } {
    const offered = new Map<string, Item>();
    for (const definition of root.definitions) {
      if (definition.is !== 'import') continue;
      const item = this.host.offered(definition.name);
      if (item !== undefined) offered.set(definition.name, { sort: 'instance', item });
    }
    const exports = this.#evaluate({ node: root, scope: new Scope(null, 0) }, offered);
    const plan = {
      types: this.types.all,
      resources: this.resources,
      instances: this.#instances,
      modules: this.core.modules.map(({ start, end }) => ({ start, end })),
      coreInstances: this.core.instances,
      trampolines: this.#trampolines,
      lifts: this.#lifts,
      exports: {
        run: this.#exported(exports, 'wasi:cli/run', 'run'),
        handle: this.#exported(exports, 'wasi:http/incoming-handler', 'handle'),
      },
    };
    return { plan, exports };
  }

  /** What a type definition inside the type of an instance adds; also used while matching. */
  define(declaration: Exclude<Declaration, { is: 'export' }>, scope: Scope): void {
    this.#spend(1);
    if (declaration.is === 'type') {
      if (declaration.type.is === 'resource') throw malformed('a resource is defined inside the type of an instance');
      scope.types.push(this.#resolve(declaration.type, scope));
    } else scope.add(findAlias(declaration, scope));
  }

  #evaluate({ node, scope: outer }: ComponentItem, args: ReadonlyMap<string, Item>): Map<string, Item> {
    if (this.#instances >= BOUNDS.componentInstances)
      throw new ModuleRefusal(
        'module_too_large',
        `the component makes more than ${BOUNDS.componentInstances} instances of components`,
      );
    const scope = new Scope(this.#instances === 0 ? null : outer, this.#instances++);
    const exports = new Map<string, Item>();
    for (const definition of node.definitions) {
      this.#spend(1);
      this.#carryOut(definition, scope, args, exports);
    }
    return exports;
  }

  #carryOut(definition: Definition, scope: Scope, args: ReadonlyMap<string, Item>, exports: Map<string, Item>): void {
    switch (definition.is) {
      case 'core module':
        scope.modules.push(this.core.module(definition));
        return;
      case 'core instance':
        scope.coreInstances.push(this.core.instantiate(definition, scope));
        return;
      case 'core exports':
        scope.coreInstances.push(this.core.bundle(definition, scope));
        return;
      case 'alias core export':
        this.core.alias(definition, scope);
        return;
      case 'component':
        scope.components.push({ node: definition.node, scope });
        return;
      case 'instance':
        scope.instances.push(this.#instantiate(definition, scope));
        return;
      case 'exports':
        scope.instances.push({ name: 'an instance', exports: this.#named(definition.exports, scope) });
        return;
      case 'alias export':
      case 'alias outer':
        scope.add(findAlias(definition, scope));
        return;
      case 'type':
        scope.types.push(this.#resolve(definition.type, scope));
        return;
      case 'lift':
        this.#lift(definition, scope);
        return;
      case 'lower':
        this.#lower(definition, scope);
        return;
      case 'import': {
        const { name, extern } = definition;
        const code = scope.instance === 0 ? HOST_MISMATCH : 'module_malformed';
        scope.add(matchExtern(this, { extern, name, code }, args.get(name), scope));
        return;
      }
      case 'export': {
        const item = itemAt(scope, definition);
        if (exports.has(definition.name)) throw malformed(`two exports are named ${JSON.stringify(definition.name)}`);
        exports.set(definition.name, item);
        scope.add(item);
        return;
      }
      default:
        this.#builtIn(definition, scope);
        return;
    }
  }

  #resolve(type: Of<'type'>['type'], scope: Scope) {
    return resolveType(type, scope, {
      types: this.types,
      spend: (cost) => this.#spend(cost),
      addResource: (resource) => this.resources.push(resource) - 1,
    });
  }

  #instantiate({ component: index, args }: Of<'instance'>, scope: Scope): InstanceItem {
    const component = scope.components[index];
    if (component === undefined) throw malformed(`component ${index} does not exist`);
    return { name: `component ${index}`, exports: this.#evaluate(component, this.#named(args, scope)) };
  }

  #named(entries: readonly NamedIndex<Sort>[], scope: Scope): Map<string, Item> {
    this.#spend(entries.length);
    return new Map(entries.map((entry) => [entry.name, itemAt(scope, entry)]));
  }

  #lift({ coreFunc, options, type: index }: Of<'lift'>, scope: Scope): void {
    const type = typeAt(scope, index);
    if (type.is !== 'func') throw malformed(`a core function is lifted to type ${index}, which is not of a function`);
    const lift: Lift = {
      core: coreRef(scope, 'func', coreFunc),
      type: type.type,
      options: callOptions(options, scope),
      instance: scope.instance,
    };
    scope.funcs.push({ ref: { from: 'lift', lift: this.#lifts.push(lift) - 1 }, type: type.type });
  }

  #lower({ func: index, options }: Of<'lower'>, scope: Scope): void {
    const func: FuncItem | undefined = scope.funcs[index];
    if (func === undefined) throw malformed(`function ${index} does not exist`);
    const { ref, type } = func;
    this.#addTrampoline(
      { is: 'lower', func: ref, type, options: callOptions(options, scope), instance: scope.instance },
      scope,
    );
  }

  #builtIn({ is, type: index }: Of<'resource.new' | 'resource.drop' | 'resource.rep'>, scope: Scope): void {
    const type = typeAt(scope, index);
    if (type.is !== 'resource') throw malformed(`type ${index} is not a resource`);
    const resource = this.resources[type.resource] as ResourcePlan;
    // Only who defined a resource may see, or make up, what it stands for.
    if (is !== 'resource.drop' && (resource.of === 'host' || resource.instance !== scope.instance))
      throw malformed(`${is} on a resource that this component does not define`);
    this.#addTrampoline({ is, resource: type.resource, instance: scope.instance }, scope);
  }

  #addTrampoline(trampoline: Trampoline, scope: Scope): void {
    scope.core.func.push({ from: 'trampoline', trampoline: this.#trampolines.push(trampoline) - 1 });
  }

  /** A function that the host calls, if the component exports it with the type that WASI gives it. */
  #exported(exports: ReadonlyMap<string, Item>, wanted: string, name: string): FuncRef | null {
    const given = this.host.exportedAs(exports, wanted);
    if (given === undefined) return null;
    const func = given.exports.get(name);
    const expected = this.host.find(wanted).exports.get(name) as Extract<Item, { sort: 'func' }>;
    const isSame = func?.sort === 'func' && JSON.stringify(func.item.type) === JSON.stringify(expected.item.type);
    if (!isSame)
      throw malformed(`the component exports ${wanted} without ${name}, or with another type than WASI 0.2 gives it`);
    return func.item.ref;
  }

  #spend(cost: number): void {
    this.#evaluations += cost;
    if (this.#evaluations > BOUNDS.evaluations)
      throw new ModuleRefusal(
        'module_too_large',
        `the component takes more than ${BOUNDS.evaluations} steps to put together`,
      );
  }
}

function callOptions({ memory, realloc, postReturn }: CanonOptions, scope: Scope): CallOptions {
  return {
    memory: memory === null ? null : coreRef(scope, 'memory', memory),
    realloc: realloc === null ? null : coreRef(scope, 'func', realloc),
    postReturn: postReturn === null ? null : coreRef(scope, 'func', postReturn),
  };
}

function itemAt(scope: Scope, { sort, index }: { readonly sort: Sort; readonly index: number }): Item {
  const item = scope.find(sort, index);
  if (item === undefined) throw malformed(`${sort} ${index} does not exist`);
  return item;
}

function findAlias(alias: Extract<Declaration, { is: 'alias export' | 'alias outer' }>, scope: Scope): Item {
  if (alias.is === 'alias export') {
    const item = scope.instances[alias.instance]?.exports.get(alias.name);
    if (item?.sort !== alias.sort)
      throw malformed(`instance ${alias.instance} exports no ${alias.sort} ${JSON.stringify(alias.name)}`);
    return item;
  }
  let from: Scope | null = scope;
  for (let i = 0; i < alias.outward && from !== null; i++) from = from.parent;
  const item = from?.find(alias.sort, alias.index);
  if (item === undefined)
    throw malformed(`${alias.sort} ${alias.index}, ${alias.outward} levels outward, does not exist`);
  return item;
}
