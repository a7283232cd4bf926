import type { OPERATIONS, OperationInput, OperationOutput, Outcome, Role } from '@wherry/protocol';
import type { AppContext } from './context.ts';

/** Who asks: an operator token, resolved at the edge. */
export interface Caller {
  readonly tenant: string;
  readonly operator: string;
  readonly role: Role;
}

type Operations = typeof OPERATIONS;
/** Sessions are cookies, so they are the edge's own. */
type EdgeOperation = 'openSession' | 'getSession' | 'closeSession';

export type UseCase<K extends keyof Operations> = (
  context: AppContext,
  caller: Caller,
  input: OperationInput<Operations[K]>,
) => Promise<Outcome<OperationOutput<Operations[K]>>>;

/** A table typed by the operations: an operation without its use case does not compile. */
export type UseCases = { readonly [K in Exclude<keyof Operations, EdgeOperation>]: UseCase<K> };
