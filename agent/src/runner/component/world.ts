import type {
  CallOptions,
  ComponentPlan,
  CoreRef,
  FuncRef,
  ResourcePlan,
  Trampoline,
} from '@wherry/protocol/admission';
import { engine, type WasmMemory, type WasmModule } from '../engine.ts';
import { GuestMemory } from '../guest-memory.ts';
import { liftParams, liftResult, lowerParams, lowerResult, type Passing, passingOf } from './abi/calls.ts';
import type { CallContext, InstanceState } from './abi/context.ts';
import { type CallScope, type Handle, HandleTable } from './abi/handles.ts';
import { coreValue } from './abi/reinterpret.ts';
import { trap } from './abi/trap.ts';

/**
 * A component put together by its plan, for one trigger: core instances, and the functions between them. What crosses a boundary is
 * lifted and lowered here; what the host does is given as `host`. After a trap nothing more is let out: a guest that catches the
 * exception with an instruction of Wasm gets it again from its next call.
 */
export type ComponentFunction = (...values: never[]) => unknown;

export interface HostFunctions {
  find(interfaceName: string, name: string): ComponentFunction;
  /** The guest has dropped its handle of what is the host's. */
  drop(represents: unknown): void;
}

type CoreFunction = (...args: unknown[]) => unknown;

export class World {
  readonly #plan: ComponentPlan;
  readonly #host: HostFunctions;
  readonly #instances: readonly InstanceState[];
  readonly #exports: Readonly<Record<string, unknown>>[] = [];
  readonly #trampolines = new Map<number, CoreFunction>();
  readonly #lifts = new Map<number, ComponentFunction>();
  #failure: { readonly error: unknown } | null = null;

  /** Runs the start functions of the core modules. */
  constructor(plan: ComponentPlan, modules: readonly WasmModule[], host: HostFunctions) {
    this.#plan = plan;
    this.#host = host;
    this.#instances = Array.from({ length: plan.instances }, (_, index) => ({
      index,
      handles: new HandleTable(),
      mayLeave: true,
      mayEnter: true,
    }));
    for (const { module, imports } of plan.coreInstances) {
      const given: Record<string, Record<string, unknown>> = Object.create(null);
      for (const { module: from, name, value } of imports) {
        given[from] ??= Object.create(null) as Record<string, unknown>;
        given[from][name] = this.#core(value);
      }
      this.#exports.push(new engine.Instance(modules[module] as WasmModule, given).exports);
      this.#rethrow();
    }
  }

  /** Calls what the component exports, with values of the host. */
  call(func: FuncRef, values: readonly unknown[]): unknown {
    return this.#function(func)(...(values as never[]));
  }

  memoryBytes(): number {
    const memories = new Set(this.#exports.flatMap((exports) => Object.values(exports).filter(isMemory)));
    return [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  }

  #core(ref: CoreRef): unknown {
    if (ref.from === 'export') return this.#exports[ref.instance]?.[ref.name];
    const known = this.#trampolines.get(ref.trampoline);
    if (known !== undefined) return known;
    const made = this.#guarded(this.#trampoline(this.#plan.trampolines[ref.trampoline] as Trampoline));
    this.#trampolines.set(ref.trampoline, made);
    return made;
  }

  #trampoline(trampoline: Trampoline): CoreFunction {
    const instance = this.#instances[trampoline.instance] as InstanceState;
    switch (trampoline.is) {
      case 'lower':
        return this.#lower(trampoline, instance);
      case 'resource.new':
        return (represents) => {
          const { resource } = trampoline;
          const number = coreValue(represents, 'i32');
          return instance.handles.add({ resource, represents: number, isOwn: true, lends: 0, scope: null });
        };
      case 'resource.rep':
        return (number) => instance.handles.get(coreValue(number, 'i32') as number, trampoline.resource).represents;
      case 'resource.drop':
        return (number) => {
          if (!instance.mayLeave) trap('a handle is dropped during realloc or post-return');
          this.#drop(instance.handles.remove(coreValue(number, 'i32') as number, trampoline.resource));
        };
    }
  }

  #drop({ isOwn, scope, resource, represents }: Handle): void {
    if (scope !== null) scope.borrows -= 1;
    if (!isOwn) return;
    const plan = this.#plan.resources[resource] as ResourcePlan;
    if (plan.of === 'host') this.#host.drop(represents);
    else if (plan.destructor !== null) (this.#core(plan.destructor) as CoreFunction)(represents);
  }

  /** A function of the host, or of another part of the component, as core code calls it. */
  #lower({ func, type, options }: Extract<Trampoline, { is: 'lower' }>, instance: InstanceState): CoreFunction {
    const surroundings = this.#surroundings(options, instance);
    const passing = passingOf(this.#plan.types, type);
    const target = this.#function(func);
    return (...args) => {
      if (!instance.mayLeave) trap('a function is called during realloc or post-return');
      const context: CallContext = { ...surroundings, lent: [], scope: null };
      const value = target(...(liftParams(context, passing, args) as never[]));
      const result = lowerResult(context, passing, value, args);
      giveBack(context.lent);
      return result;
    };
  }

  #function(ref: FuncRef): ComponentFunction {
    if (ref.from === 'host') return this.#host.find(ref.interface, ref.name);
    const known = this.#lifts.get(ref.lift);
    if (known !== undefined) return known;
    const made = this.#lift(ref.lift);
    this.#lifts.set(ref.lift, made);
    return made;
  }

  #lift(index: number): ComponentFunction {
    const { core, type, options, instance: number } = this.#plan.lifts[index] as ComponentPlan['lifts'][number];
    const instance = this.#instances[number] as InstanceState;
    const surroundings = this.#surroundings(options, instance);
    const passing = passingOf(this.#plan.types, type);
    const callee = this.#core(core) as CoreFunction;
    const postReturn = options.postReturn === null ? null : (this.#core(options.postReturn) as CoreFunction);
    return (...values) => {
      if (!instance.mayEnter) trap('a component is entered while it is at work');
      instance.mayEnter = false;
      const scope: CallScope = { borrows: 0 };
      const context: CallContext = { ...surroundings, lent: [], scope };
      const raw = callee(...lowerParams(context, passing, values));
      this.#rethrow();
      const result = liftResult(context, passing, raw);
      if (postReturn !== null) this.#withoutLeaving(instance, () => postReturn(...resultsOf(passing, raw)));
      if (scope.borrows > 0) trap(`${scope.borrows} borrowed handles were kept after the call`);
      instance.mayEnter = true;
      return result;
    };
  }

  #withoutLeaving(instance: InstanceState, run: () => void): void {
    instance.mayLeave = false;
    run();
    this.#rethrow();
    instance.mayLeave = true;
  }

  #surroundings(options: CallOptions, instance: InstanceState): Omit<CallContext, 'lent' | 'scope'> {
    const memory = options.memory === null ? null : (this.#core(options.memory) as WasmMemory);
    const realloc = options.realloc === null ? null : (this.#core(options.realloc) as CoreFunction);
    return {
      types: this.#plan.types,
      resources: this.#plan.resources,
      instance,
      memory: memory === null ? null : new GuestMemory(() => memory),
      realloc:
        realloc === null
          ? null
          : (...args) => {
              const pointer = realloc(...args);
              this.#rethrow();
              return pointer;
            },
    };
  }

  /** The first failure is the last: what a guest does after it comes to nothing. */
  #guarded(call: CoreFunction): CoreFunction {
    return (...args) => {
      this.#rethrow();
      try {
        return call(...args);
      } catch (error) {
        this.#failure ??= { error };
        throw error;
      }
    };
  }

  #rethrow(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }
}

function giveBack(lent: readonly Handle[]): void {
  for (const handle of lent) handle.lends -= 1;
}

function resultsOf({ type }: Passing, raw: unknown): unknown[] {
  return type.result === null ? [] : [raw];
}

function isMemory(value: unknown): value is WasmMemory {
  return value instanceof engine.Memory;
}
