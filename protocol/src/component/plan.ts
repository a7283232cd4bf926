import type { CoreSort } from './definitions.ts';
import type { FuncType, ValueType } from './types.ts';

/**
 * How to put a component together: plain data, everything resolved. Numbers are indices into the plan's own lists. Core instances are
 * made in their order; trampolines and lifts say how a call crosses between a core module, another part of the component and the host.
 */
export interface ComponentPlan {
  readonly types: readonly ValueType[];
  readonly resources: readonly ResourcePlan[];
  /** Number of component instances: each has handles of its own. */
  readonly instances: number;
  /** Where the core modules are in the component. */
  readonly modules: readonly { readonly start: number; readonly end: number }[];
  readonly coreInstances: readonly CoreInstancePlan[];
  readonly trampolines: readonly Trampoline[];
  readonly lifts: readonly Lift[];
  readonly exports: {
    /** `wasi:cli/run`, `run`. */
    readonly run: FuncRef | null;
    /** `wasi:http/incoming-handler`, `handle`. */
    readonly handle: FuncRef | null;
  };
}

export type ResourcePlan =
  | { readonly of: 'host'; readonly interface: string; readonly name: string }
  | { readonly of: 'component'; readonly instance: number; readonly destructor: CoreRef | null };

/** Something of a core instance, or a trampoline. */
export type CoreRef =
  | { readonly from: 'export'; readonly instance: number; readonly name: string }
  | { readonly from: 'trampoline'; readonly trampoline: number };

export interface CoreInstancePlan {
  readonly module: number;
  /** One for each import of the module, in its order. */
  readonly imports: readonly {
    readonly module: string;
    readonly name: string;
    readonly kind: CoreSort | 'function';
    readonly value: CoreRef;
  }[];
}

export interface CallOptions {
  readonly memory: CoreRef | null;
  readonly realloc: CoreRef | null;
  readonly postReturn: CoreRef | null;
}

/** A core function that the component does not bring as code. `instance` is whose handles it uses. */
export type Trampoline =
  | {
      readonly is: 'lower';
      readonly func: FuncRef;
      readonly type: FuncType;
      readonly options: CallOptions;
      readonly instance: number;
    }
  | {
      readonly is: 'resource.new' | 'resource.drop' | 'resource.rep';
      readonly resource: number;
      readonly instance: number;
    };

/** A core function made callable with component values. */
export interface Lift {
  readonly core: CoreRef;
  readonly type: FuncType;
  readonly options: CallOptions;
  readonly instance: number;
}

export type FuncRef =
  | { readonly from: 'host'; readonly interface: string; readonly name: string }
  | { readonly from: 'lift'; readonly lift: number };
