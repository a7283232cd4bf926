import { z } from 'zod';
import type { ErrorCode, Problem } from '../errors.ts';
import { nearest } from './nearest.ts';

/** Where in the text a path of the document stands; both count from 1. */
export type Locate = (
  path: readonly (string | number)[],
) => { readonly line: number; readonly column: number } | undefined;

type Path = (string | number)[];

/** Turns an issue of a schema into problems that say what to write instead. */
export function explainIssue(
  issue: z.core.$ZodIssue,
  schema: z.core.$ZodType,
  document: unknown,
  locate: Locate,
): Problem[] {
  const path = issue.path.filter((step): step is string | number => typeof step !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, path);
    return issue.keys.map((key) => problemAt([...path, key], adviseKey(key, known), locate));
  }
  const code = issue.code === 'custom' ? (issue.params?.code as ErrorCode | undefined) : undefined;
  return [problemAt(path, sentenceFor(issue, valueAt(document, path)), locate, code)];
}

export function problemAt(path: Path, message: string, locate: Locate, code: ErrorCode = 'invalid_manifest'): Problem {
  const own = `${path.at(-1)}: `;
  const sentence = message.startsWith(own) ? message.slice(own.length) : message;
  return { code, message: `${nameOf(path)}: ${sentence}`, path: toPointer(path), ...locate(path) };
}

function sentenceFor(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined && issue.code !== 'custom') return `it is missing; ${adviceFor(issue)}`;
  if (issue.code === 'invalid_type' && issue.message.startsWith('Invalid')) {
    if (issue.expected === 'string' && typeof value === 'number') return `write it as text, in quotes: "${value}"`;
    return `${adviceFor(issue)}; this is ${show(value)}`;
  }
  return adviceFor(issue);
}

function adviceFor(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.message.startsWith('Invalid') ? `write ${NOUNS[issue.expected] ?? issue.expected}` : issue.message;
    case 'invalid_value':
      return issue.message.startsWith('Invalid') ? `write one of ${issue.values.join(', ')}` : issue.message;
    case 'too_small':
      return isDefault(issue.message) ? `the least is ${issue.minimum}${unitOf(issue.origin)}` : issue.message;
    case 'too_big':
      return isDefault(issue.message) ? `the most is ${issue.maximum}${unitOf(issue.origin)}` : issue.message;
    case 'invalid_key':
      return issue.issues[0]?.message ?? issue.message;
    default:
      return issue.message;
  }
}

const NOUNS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys and values',
  record: 'keys and values',
};

function isDefault(message: string): boolean {
  return message.startsWith('Too ');
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' items' : '';
}

function show(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a block of keys';
  return JSON.stringify(value)?.slice(0, 64) ?? typeof value;
}

function adviseKey(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  if (meant) return `unknown key; did you mean ${JSON.stringify(meant)}?`;
  return `unknown key; here you can write ${known.join(', ')}`;
}

/** The keys that a schema knows at a path: through wrappers, to the object itself. */
function knownKeys(schema: z.core.$ZodType, path: readonly (string | number)[]): string[] {
  let at: z.core.$ZodType | undefined = unwrap(schema);
  for (const step of path) {
    if (at instanceof z.ZodObject) at = at.shape[step as string];
    else if (at instanceof z.ZodArray) at = at.element;
    else if (at instanceof z.ZodRecord) at = at.valueType;
    else return [];
    at = at && unwrap(at);
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return unwrap(schema.unwrap());
  if (schema instanceof z.ZodPipe) return unwrap(schema.in instanceof z.ZodTransform ? schema.out : schema.in);
  return schema;
}

function valueAt(document: unknown, path: readonly (string | number)[]): unknown {
  let value = document;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

/** `variants[0].wasm.abi`, as people name a place in a document. */
function nameOf(path: readonly (string | number)[]): string {
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return text === '' ? 'the manifest' : text.replace(/^\./, '');
}

/** RFC 6901. */
function toPointer(path: readonly (string | number)[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
