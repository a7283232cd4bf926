/**
 * A component as its binary says it, nothing resolved: definitions in their order, each of which adds to an index space (component
 * model, Binary.md). Numbers are indices into those spaces.
 */
export interface ComponentNode {
  readonly definitions: readonly Definition[];
}

export type CoreSort = 'func' | 'table' | 'memory' | 'global';
/** Sorts that have an index space of their own here. */
export type Sort = 'func' | 'type' | 'component' | 'instance' | 'core module';

export interface NamedIndex<S> {
  readonly name: string;
  readonly sort: S;
  readonly index: number;
}

export interface CanonOptions {
  readonly memory: number | null;
  readonly realloc: number | null;
  readonly postReturn: number | null;
}

export type Definition =
  | { readonly is: 'core module'; readonly start: number; readonly end: number }
  | {
      readonly is: 'core instance';
      readonly module: number;
      readonly args: readonly { name: string; instance: number }[];
    }
  | { readonly is: 'core exports'; readonly exports: readonly NamedIndex<CoreSort>[] }
  | { readonly is: 'component'; readonly node: ComponentNode }
  | { readonly is: 'instance'; readonly component: number; readonly args: readonly NamedIndex<Sort>[] }
  | { readonly is: 'exports'; readonly exports: readonly NamedIndex<Sort>[] }
  | { readonly is: 'alias core export'; readonly sort: CoreSort; readonly instance: number; readonly name: string }
  | AliasNode
  | { readonly is: 'type'; readonly type: TypeNode }
  | { readonly is: 'lift'; readonly coreFunc: number; readonly options: CanonOptions; readonly type: number }
  | { readonly is: 'lower'; readonly func: number; readonly options: CanonOptions }
  | { readonly is: 'resource.new' | 'resource.drop' | 'resource.rep'; readonly type: number }
  | { readonly is: 'import'; readonly name: string; readonly extern: ExternNode }
  | { readonly is: 'export'; readonly name: string; readonly sort: Sort; readonly index: number };

export type AliasNode =
  | { readonly is: 'alias export'; readonly sort: Sort; readonly instance: number; readonly name: string }
  | { readonly is: 'alias outer'; readonly sort: Sort; readonly outward: number; readonly index: number };

/** A value type: the index of a type, or a primitive by its name. */
export type ValueNode = number | Primitive;
export const PRIMITIVES = {
  127: 'bool',
  126: 's8',
  125: 'u8',
  124: 's16',
  123: 'u16',
  122: 's32',
  121: 'u32',
  120: 's64',
  119: 'u64',
  118: 'f32',
  117: 'f64',
  116: 'char',
  115: 'string',
} as const;
export type Primitive = (typeof PRIMITIVES)[keyof typeof PRIMITIVES];

export interface Labelled<T> {
  readonly label: string;
  readonly type: T;
}

/** A type whose parts are of kind V: indices when read, resolved types later. */
export type ValueShape<V> =
  | { readonly [P in Primitive]: { readonly is: P } }[Primitive]
  | { readonly is: 'record'; readonly fields: readonly Labelled<V>[] }
  | { readonly is: 'tuple'; readonly items: readonly V[] }
  | { readonly is: 'variant'; readonly cases: readonly Labelled<V | null>[] }
  | { readonly is: 'enum' | 'flags'; readonly labels: readonly string[] }
  | { readonly is: 'list'; readonly item: V }
  | { readonly is: 'option'; readonly item: V }
  | { readonly is: 'result'; readonly ok: V | null; readonly err: V | null }
  | { readonly is: 'own' | 'borrow'; readonly resource: number };

export type TypeNode =
  | { readonly is: 'value'; readonly shape: ValueShape<ValueNode> }
  | { readonly is: 'func'; readonly params: readonly Labelled<ValueNode>[]; readonly result: ValueNode | null }
  | { readonly is: 'resource'; readonly destructor: number | null }
  | { readonly is: 'instance'; readonly declarations: readonly Declaration[] }
  | { readonly is: 'component' };

export type Declaration =
  | { readonly is: 'type'; readonly type: TypeNode }
  | AliasNode
  | { readonly is: 'export'; readonly name: string; readonly extern: ExternNode };

export type ExternNode =
  | { readonly is: 'func' | 'instance' | 'component' | 'type'; readonly type: number }
  | { readonly is: 'resource' };
