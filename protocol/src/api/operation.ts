import type { z } from 'zod';
import type { Scope } from './scopes.ts';

/**
 * One HTTP operation, described once: the server routes and validates by it, OpenAPI is generated from it, and the client
 * types its calls with it. Paths are relative to the API root (`/api/v1` or `/device/v1`) and write parameters as `{name}`.
 */
export interface Operation {
  readonly id: string;
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  /** Least role that may call it. */
  readonly role: Role | 'none';
  /** What a token with scopes must have been given for it. */
  readonly scope: Scope | 'none';
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly status: 200 | 201 | 202 | 204;
  /** Absent exactly when status is 204. */
  readonly response?: z.ZodType;
}

export const ROLES = ['viewer', 'operator', 'publisher', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export function operation<const O extends Operation>(definition: O): O {
  return definition;
}

type Field<O extends Operation, K extends 'params' | 'query' | 'body'> = O[K] extends z.ZodType
  ? K extends 'query'
    ? { readonly query?: z.input<O[K]> }
    : { readonly [P in K]: z.input<O[K]> }
  : unknown;

export type OperationInput<O extends Operation> = Field<O, 'params'> & Field<O, 'query'> & Field<O, 'body'>;
export type OperationOutput<O extends Operation> = O['response'] extends z.ZodType
  ? z.output<O['response']>
  : undefined;
