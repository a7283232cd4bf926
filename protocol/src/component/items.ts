import type { ComponentNode, CoreSort, Declaration } from './definitions.ts';
import type { CoreRef, FuncRef } from './plan.ts';
import type { FuncType } from './types.ts';

/** What stands in the index spaces while a component is linked: definitions with everything in them resolved. */
export type TypeItem =
  | { readonly is: 'value'; readonly type: number }
  | { readonly is: 'func'; readonly type: FuncType }
  | { readonly is: 'resource'; readonly resource: number }
  | { readonly is: 'instance'; readonly declarations: readonly Declaration[]; readonly scope: Scope }
  | { readonly is: 'component' };

export interface FuncItem {
  readonly ref: FuncRef;
  readonly type: FuncType;
}

export interface InstanceItem {
  readonly exports: ReadonlyMap<string, Item>;
  /** How it is called when something is missing in it. */
  readonly name: string;
}

export interface ComponentItem {
  readonly node: ComponentNode;
  readonly scope: Scope;
}

export type Item =
  | { readonly sort: 'func'; readonly item: FuncItem }
  | { readonly sort: 'type'; readonly item: TypeItem }
  | { readonly sort: 'instance'; readonly item: InstanceItem }
  | { readonly sort: 'component'; readonly item: ComponentItem }
  | { readonly sort: 'core module'; readonly item: number };

export type CoreInstanceItem =
  | { readonly is: 'instance'; readonly index: number; readonly module: number }
  | {
      readonly is: 'exports';
      readonly exports: ReadonlyMap<string, { readonly sort: CoreSort; readonly ref: CoreRef }>;
    };

/** The index spaces of one component, or of one type while it is looked into. */
export class Scope {
  readonly parent: Scope | null;
  /** Which component instance this is; types have none. */
  readonly instance: number;
  readonly modules: number[] = [];
  readonly coreInstances: CoreInstanceItem[] = [];
  readonly core: Readonly<Record<CoreSort, CoreRef[]>> = { func: [], table: [], memory: [], global: [] };
  readonly funcs: FuncItem[] = [];
  readonly types: TypeItem[] = [];
  readonly instances: InstanceItem[] = [];
  readonly components: ComponentItem[] = [];

  constructor(parent: Scope | null, instance: number) {
    this.parent = parent;
    this.instance = instance;
  }

  add(added: Item): void {
    if (added.sort === 'func') this.funcs.push(added.item);
    else if (added.sort === 'type') this.types.push(added.item);
    else if (added.sort === 'instance') this.instances.push(added.item);
    else if (added.sort === 'component') this.components.push(added.item);
    else this.modules.push(added.item);
  }

  find(sort: Item['sort'], index: number): Item | undefined {
    const list = {
      func: this.funcs,
      type: this.types,
      instance: this.instances,
      component: this.components,
      'core module': this.modules,
    }[sort];
    const item = list[index];
    return item === undefined ? undefined : ({ sort, item } as Item);
  }
}
