import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import { API_ROOT, LIMITS, OPERATIONS, type Operation, type Outcome, problemDocument } from '@wherry/protocol';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { useCases } from '../../app/operations.ts';
import type { Caller } from '../../app/use-cases.ts';
import { requireAccess } from '../auth/require-access.ts';
import type { ApiDeps, ApiEnv } from '../env.ts';
import { PROBLEM_MEDIA_TYPE, problemAnswer } from '../problem.ts';
import { describeEdgeRoutes } from './edge-routes.ts';
import { problemsOf, type RequestPart } from './issues.ts';
import { type EdgeOperations, edgeOperations } from './session.ts';

/**
 * Every operation of the protocol becomes a route: who asks is settled first, then what is asked, then the use case runs. What it
 * answers is cut to the response schema, so that a field the contract does not name never leaves.
 */
type AnyUseCase = (context: ApiDeps['context'], caller: Caller, input: never) => Promise<Outcome<unknown>>;
type AnyEdgeOperation = (c: Context<ApiEnv>, input: never) => Promise<Outcome<unknown>>;
interface Input {
  readonly params: object;
  readonly query: object;
  readonly body: unknown;
}

const problem = problemDocument.meta({ id: 'Problem' });

export function operationsApp(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  app.openAPIRegistry.registerComponent('securitySchemes', 'operatorToken', { type: 'http', scheme: 'bearer' });
  const edge = edgeOperations(deps);
  for (const operation of Object.values<Operation>(OPERATIONS)) mount(app, deps, edge, operation);
  describeEdgeRoutes(app.openAPIRegistry, problem);
  return app;
}

function mount(app: OpenAPIHono<ApiEnv>, deps: ApiDeps, edge: EdgeOperations, operation: Operation): void {
  const { params, query, body, response, role } = operation;
  const middleware: MiddlewareHandler<ApiEnv>[] = role === 'none' ? [] : [requireAccess(deps, operation)];
  if (body) middleware.push(jsonBodyLimit);
  const route = createRoute({
    operationId: operation.id,
    method: operation.method,
    path: `${API_ROOT}${operation.path}`,
    tags: [operation.tag],
    summary: operation.summary,
    ...(role === 'none' ? {} : { security: [{ operatorToken: [] }], description: needOf(operation) }),
    middleware,
    request: {
      ...(params ? { params } : {}),
      ...(query ? { query } : {}),
      ...(body ? { body: { content: { 'application/json': { schema: body } }, required: true } } : {}),
    },
    responses: {
      [operation.status]: response
        ? { description: 'Done', content: { 'application/json': { schema: response } } }
        : { description: 'Done' },
      default: { description: 'Refused; `code` says why', content: { [PROBLEM_MEDIA_TYPE]: { schema: problem } } },
    },
  });
  app.openapi(
    route,
    async (c: Context<ApiEnv>) => {
      const valid = c.req as unknown as { valid(part: RequestPart): unknown };
      const input: Input = {
        params: params ? (valid.valid('param') as object) : {},
        query: query ? (valid.valid('query') as object) : {},
        body: body ? valid.valid('json') : undefined,
      };
      return answer(c, operation, await run(c, deps, edge, operation, input));
    },
    (result, c) => {
      if (result.success) return;
      return problemAnswer(c, problemsOf(result.target as RequestPart, result.error.issues));
    },
  );
}

function run(
  c: Context<ApiEnv>,
  deps: ApiDeps,
  edge: EdgeOperations,
  operation: Operation,
  input: Input,
): Promise<Outcome<unknown>> {
  const own = (edge as Readonly<Record<string, AnyEdgeOperation>>)[operation.id];
  if (own) return own(c, input as never);
  const useCase = (useCases as Readonly<Record<string, AnyUseCase>>)[operation.id];
  if (!useCase) throw new TypeError(`operation ${operation.id} has no use case`);
  return useCase(deps.context, c.get('caller'), input as never);
}

function needOf({ role, scope }: Operation): string {
  return scope === 'none' ? `Needs the role ${role}.` : `Needs the role ${role} and the scope \`${scope}\`.`;
}

function answer(c: Context<ApiEnv>, operation: Operation, outcome: Outcome<unknown>): Response {
  if (!outcome.ok) return problemAnswer(c, outcome.problems);
  if (!operation.response) return c.body(null, operation.status as 204);
  return c.json(operation.response.parse(outcome.value) as object, operation.status as 200);
}

const jsonBodyLimit = bodyLimit({
  maxSize: LIMITS.jsonBodyBytes,
  onError: () => {
    throw new HTTPException(413);
  },
});
