import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { envelope } from './envelope.ts';
import { release } from './manifest/release.ts';
import { claimRequest, claimResponse } from './messages/claim.ts';
import { desiredState } from './messages/desired.ts';
import { report } from './messages/report.ts';
import { ack, command, logBatch, presence, result, signedAck, signedCommand } from './messages/session.ts';
import { signedUsage, usageBatch } from './messages/usage.ts';

/** Every message that travels: examples that must be taken, and examples that must be refused at a certain place. */
const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  report,
  usage: usageBatch,
  'signed-usage': signedUsage,
  desired: desiredState,
  ack,
  'signed-ack': signedAck,
  presence,
  command,
  'signed-command': signedCommand,
  result,
  log: logBatch,
  envelope,
  release,
  claim: claimRequest,
  'claim-response': claimResponse,
};

interface Vector {
  readonly name: string;
  readonly value: unknown;
  /** JSON pointer of the first problem; invalid vectors only. */
  readonly path?: string;
}

function read(kind: 'valid' | 'invalid'): { message: string; vectors: Vector[] }[] {
  const folder = new URL(`../vectors/${kind}/`, import.meta.url);
  return readdirSync(folder).map((file) => ({
    message: file.replace('.json', ''),
    vectors: JSON.parse(readFileSync(new URL(file, folder), 'utf8')),
  }));
}

function schemaOf(message: string): z.ZodType {
  const schema = SCHEMAS[message];
  if (!schema) throw new Error(`no schema for vectors/${message}.json`);
  return schema;
}

describe.each(read('valid'))('valid $message', ({ message, vectors }) => {
  it.each(vectors)('$name', ({ value }) => {
    expect(schemaOf(message).parse(value)).toEqual(value);
  });
});

describe.each(read('invalid'))('invalid $message', ({ message, vectors }) => {
  it.each(vectors)('$name', ({ value, path }) => {
    const parsed = schemaOf(message).safeParse(value);
    const found = parsed.success ? undefined : pointerOf(parsed.error.issues[0]?.path ?? []);
    expect(found).toBe(path);
  });
});

it('every message has vectors of both kinds', () => {
  for (const kind of ['valid', 'invalid'] as const)
    expect(
      read(kind)
        .map(({ message }) => message)
        .toSorted(),
    ).toEqual(Object.keys(SCHEMAS).toSorted());
});

function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
