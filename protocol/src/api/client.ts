import type { Operation, OperationInput, OperationOutput } from './operation.ts';
import { API_ROOT, fillPath } from './paths.ts';
import { type ProblemDocument, problemDocument } from './problem.ts';

/** A problem document that the server answered, as an exception. `problem.code` is what programs look at. */
export class ApiError extends Error {
  readonly problem: ProblemDocument;
  constructor(problem: ProblemDocument) {
    super(problem.detail);
    this.name = 'ApiError';
    this.problem = problem;
  }
}

export interface ClientOptions {
  /** Origin of the control plane, for example `http://127.0.0.1:8080`; empty for the page's own. */
  readonly origin: string;
  /** Operator token; a browser leaves it out and sends its cookie. */
  readonly token?: string;
  readonly fetch?: typeof globalThis.fetch;
}

export interface Client {
  /** Throws ApiError for a problem document, the fetch's own error when there was no answer. */
  call<O extends Operation>(operation: O, input: OperationInput<O>): Promise<OperationOutput<O>>;
}

export function createClient(options: ClientOptions): Client {
  const send = options.fetch ?? globalThis.fetch;
  return {
    async call<O extends Operation>(operation: O, input: OperationInput<O>): Promise<OperationOutput<O>> {
      const { params, query, body } = input as { params?: Record<string, string>; query?: object; body?: unknown };
      const url = options.origin + API_ROOT + fillPath(operation.path, params) + searchOf(query);
      const headers = new Headers({ accept: 'application/json' });
      if (options.token) headers.set('authorization', `Bearer ${options.token}`);
      if (body !== undefined) headers.set('content-type', 'application/json');
      const answer = await send(url, {
        method: operation.method.toUpperCase(),
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!answer.ok) throw new ApiError(await readProblem(answer));
      if (!operation.response) return undefined as OperationOutput<O>;
      return operation.response.parse(await answer.json()) as OperationOutput<O>;
    },
  };
}

/** The answer; null when what was asked for does not exist. */
export async function nullIfMissing<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.problem.code === 'not_found') return null;
    throw error;
  }
}

/** The problem document of a failed answer, or one made up for an answer that is not one (a proxy's page, say). */
export async function readProblem(answer: Response): Promise<ProblemDocument> {
  const parsed = problemDocument.safeParse(await answer.json().catch(() => undefined));
  if (parsed.success) return parsed.data;
  return {
    type: 'about:blank',
    title: answer.statusText || 'Unexpected answer',
    status: answer.status,
    detail: `${answer.url} answered ${answer.status} without a problem document; is this a Wherry control plane?`,
    code: 'unavailable',
  };
}

function searchOf(query: object | undefined): string {
  const entries = Object.entries(query ?? {}).filter(([, value]) => value !== undefined);
  if (entries.length === 0) return '';
  return `?${new URLSearchParams(Object.fromEntries(entries.map(([key, value]) => [key, String(value)])))}`;
}
