import { API_ROOT, OPERATIONS, type Operation } from '@wherry/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ApiDeps } from '../env.ts';
import { operationsApp } from './mount.ts';
import { openApiApp } from './openapi.ts';

interface Described {
  readonly operationId: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: object }> };
  readonly responses: Record<string, { readonly description: string; readonly content?: object }>;
}
interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Record<string, Record<string, Described>>;
  readonly components: { readonly schemas: Record<string, object>; readonly securitySchemes: Record<string, object> };
}

describe('the OpenAPI document', () => {
  let document: Document;
  beforeAll(async () => {
    // Describing asks nothing of what the routes work with.
    const app = openApiApp(operationsApp({} as ApiDeps));
    document = (await (await app.request('/openapi.json')).json()) as Document;
  });

  it.each(Object.values<Operation>(OPERATIONS).map((operation) => [operation.id, operation] as const))(
    'describes %s',
    (id, operation) => {
      const described = document.paths[`${API_ROOT}${operation.path}`]?.[operation.method];
      expect(described?.operationId).toBe(id);
      expect(Object.keys(described?.responses ?? {})).toEqual([String(operation.status), 'default']);
      expect(described?.responses[operation.status]?.content === undefined).toBe(operation.response === undefined);
      expect(described?.requestBody === undefined).toBe(operation.body === undefined);
      expect(described?.security === undefined).toBe(operation.role === 'none');
      const placeholders = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const inPath = described?.parameters?.filter((parameter) => parameter.in === 'path') ?? [];
      expect(inPath.map(({ name }) => name).toSorted()).toEqual(placeholders.toSorted());
      expect(inPath.every(({ required }) => required)).toBe(true);
    },
  );

  it('has one id for each operation', () => {
    const ids = Object.values(document.paths).flatMap((item) =>
      Object.values(item).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(
      expect.arrayContaining([...Object.keys(OPERATIONS), 'streamChanges', 'putBlob', 'claimDevice', 'readDesired']),
    );
  });

  it('leads every reference somewhere, and says what is used', () => {
    const text = JSON.stringify(document);
    const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference = '']) => reference);
    expect(references.length).toBeGreaterThan(20);
    for (const reference of new Set(references)) {
      const found = reference
        .replace('#/', '')
        .split('/')
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);
      expect(found, reference).toBeTypeOf('object');
    }
    const schemes = new Set([...text.matchAll(/"security":\[\{"(\w+)"/g)].map(([, scheme]) => scheme));
    expect([...schemes].toSorted()).toEqual(Object.keys(document.components.securitySchemes).toSorted());
  });

  it('names the components by the protocol', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.components.schemas)).toEqual(
      expect.arrayContaining(['Device', 'Release', 'Rollout', 'RolloutMember', 'ClaimToken', 'Problem']),
    );
  });
});
