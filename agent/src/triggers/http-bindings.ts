import type { Trigger } from '@wherry/protocol';
import type { Call } from './bus.ts';
import { routeOf } from './http-routes.ts';
import { TRIGGER_LIMITS as LIMIT } from './limits.ts';

/** Which app answers a request, how, and how many of its requests are under way. */
export type HttpTrigger = Extract<Trigger, { on: 'http' }>;

export interface Route {
  readonly app: string;
  readonly path: string;
  readonly methods: ReadonlySet<string>;
  readonly timeoutMs: number;
  /** Null while the app has no instance. */
  readonly call: Call | null;
}

interface Binding {
  readonly routes: ReadonlyMap<string, HttpTrigger>;
  readonly call: Call | null;
}

export class HttpBindings {
  readonly #bindings = new Map<string, Binding>();
  readonly #underWay = new Map<string, number>();
  #all = 0;

  bind(app: string, triggers: readonly HttpTrigger[], call: Call): void {
    const routes = new Map<string, HttpTrigger>();
    for (const trigger of triggers) routes.set(trigger.path, merged(routes.get(trigger.path), trigger));
    this.#bindings.set(app, { routes, call });
  }

  unbind(app: string): void {
    this.#bindings.delete(app);
  }

  /** Its paths are known, and answered by nobody for a moment. */
  pause(app: string): void {
    const binding = this.#bindings.get(app);
    if (binding !== undefined) this.#bindings.set(app, { ...binding, call: null });
  }

  find(pathname: string): Route | null {
    const named = routeOf(pathname);
    const binding = named && this.#bindings.get(named.app);
    const trigger = named && binding?.routes.get(named.path);
    if (!named || !binding || !trigger) return null;
    const { methods, timeoutMs = LIMIT.httpCallTimeoutMs } = trigger;
    return { ...named, methods: new Set(methods), timeoutMs, call: binding.call };
  }

  /** One app that is slow or flooded leaves room for the others. */
  isFull(app: string): boolean {
    return this.#all >= LIMIT.httpCalls || (this.#underWay.get(app) ?? 0) >= LIMIT.httpCallsPerApp;
  }

  async count<T>(app: string, work: () => Promise<T>): Promise<T> {
    this.#all += 1;
    this.#underWay.set(app, (this.#underWay.get(app) ?? 0) + 1);
    try {
      return await work();
    } finally {
      this.#all -= 1;
      const left = (this.#underWay.get(app) ?? 1) - 1;
      if (left > 0) this.#underWay.set(app, left);
      else this.#underWay.delete(app);
    }
  }
}

function merged(before: HttpTrigger | undefined, trigger: HttpTrigger): HttpTrigger {
  return before === undefined ? trigger : { ...trigger, methods: [...before.methods, ...trigger.methods] };
}
