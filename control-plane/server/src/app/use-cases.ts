import type { Authority, OPERATIONS, OperationInput, OperationOutput, Outcome } from '@wherry/protocol';
import type { AppContext } from './context.ts';

/** Who asks, resolved at the edge: a person, or the token of a program. */
export interface Caller extends Authority {
  readonly tenant: string;
  /** What people call them. */
  readonly operator: string;
  /** Who it is for comparing, whatever they are called: `user/ada`, `token/01h…`. */
  readonly principal: string;
}

type Operations = typeof OPERATIONS;
/** Sessions are cookies, so they are the edge's own. */
export type EdgeOperation =
  | 'getSignIn'
  | 'openSession'
  | 'getSession'
  | 'closeSession'
  | 'closeSessions'
  | 'changePassword';

export type UseCase<K extends keyof Operations> = (
  context: AppContext,
  caller: Caller,
  input: OperationInput<Operations[K]>,
) => Promise<Outcome<OperationOutput<Operations[K]>>>;

/** A table typed by the operations: an operation without its use case does not compile. */
export type UseCases = { readonly [K in Exclude<keyof Operations, EdgeOperation>]: UseCase<K> };
