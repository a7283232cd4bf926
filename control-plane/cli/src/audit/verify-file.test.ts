import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AUDIT_BEGINNING,
  type AuditEntry,
  auditBytes,
  canonicalBytes,
  type Envelope,
  type KeyId,
  PAYLOAD_TYPES,
  type PayloadType,
  preAuthenticationEncoding,
  toBase64,
} from '@wherry/protocol';
import { describe, expect, it } from 'vitest';
import { recordedShell } from '../testing/recorded-shell.ts';
import { beginLine, endLine, entryLine } from './export-file.ts';

/** `wherry audit verify FILE`, without a control plane. */
const TENANT = 'acme' as never;
const owner = makeSigner();
const stranger = makeSigner();
const LOG = write(6);
const at = (id: number) => LOG[id - 1] as AuditEntry;

function makeSigner() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const der = publicKey.export({ type: 'spki', format: 'der' });
  const keyId = createHash('sha256').update(der).digest('hex').slice(0, 32) as KeyId;
  const seal = (payloadType: PayloadType, { id, hash }: AuditEntry): Envelope => {
    const payload = canonicalBytes({ tenant: TENANT, id, hash, atMs: 1 });
    const sig = sign(null, preAuthenticationEncoding(payloadType, payload), privateKey).toString('base64');
    return { payloadType, payload: toBase64(payload), signatures: [{ keyid: keyId, sig }] };
  };
  return { signer: { keyId, publicKey: der.toString('base64') }, seal };
}

function write(count: number, from: readonly AuditEntry[] = []): AuditEntry[] {
  const made = [...from];
  for (let n = 0; n < count; n++) {
    const last = made.at(-1);
    const id = (last?.id ?? 0) + 1;
    const previous = last?.hash ?? AUDIT_BEGINNING;
    const entry = { id, atMs: id, operator: 'ada', action: 'x', subject: `s${id}`, detail: {}, previous };
    made.push({ ...entry, hash: createHash('sha256').update(auditBytes(TENANT, entry)).digest('hex') });
  }
  return made;
}

function linesOf(entries: readonly AuditEntry[], by = owner, givenUp = 0): string[] {
  const checkpoint = givenUp > 0 ? by.seal(PAYLOAD_TYPES.auditCheckpoint, at(givenUp)) : null;
  const head = by.seal(PAYLOAD_TYPES.auditHead, entries.at(-1) as AuditEntry);
  return [beginLine({ tenant: TENANT, signer: by.signer, checkpoint }), ...entries.map(entryLine), endLine({ head })];
}

async function verify(lines: readonly string[], ...options: string[]) {
  const shell = recordedShell();
  writeFileSync(join(shell.folder, 'log.jsonl'), lines.join(''));
  writeFileSync(join(shell.folder, 'whole.jsonl'), linesOf(LOG).join(''));
  const { exitCode, out, err } = await shell.run('--json', 'audit', 'verify', 'log.jsonl', ...options);
  const codes = err === '' ? [] : JSON.parse(err).problems.map(({ code }: { code: string }) => code);
  const findings = out === '' ? [] : JSON.parse(out).findings;
  return {
    exitCode,
    codes: [...new Set(codes)],
    found: findings.map((one: { kind: string; id: number }) => [one.kind, one.id]),
  };
}

const WHOLE = { exitCode: 0, codes: [], found: [] };
const broken = (...found: unknown[]) => ({ exitCode: 1, codes: ['audit_broken'], found });
const refusedWith = (code: string) => ({ exitCode: 1, codes: [code], found: [] });

describe('an exported log', () => {
  it('is whole, from its beginning, from a checkpoint, by the key that was named, and behind an older export', async () => {
    expect(await verify(linesOf(LOG))).toEqual(WHOLE);
    expect(await verify(linesOf(LOG.slice(2), owner, 2))).toEqual(WHOLE);
    expect(await verify(linesOf(LOG), '--key', owner.signer.keyId)).toEqual(WHOLE);
    expect(await verify(linesOf(write(2, LOG)), '--earlier', 'whole.jsonl')).toEqual(WHOLE);
  });

  const lines = linesOf(LOG);
  it.each<[string, readonly string[], unknown]>([
    ['changed', lines.with(3, entryLine({ ...at(3), operator: 'eve' })), broken(['changed', 3])],
    ['removed', lines.toSpliced(3, 1), broken(['removed', 3])],
    ['inserted', lines.toSpliced(3, 0, lines[3] as string), broken(['inserted', 3])],
    ['reordered', lines.with(3, lines[4] as string).with(4, lines[3] as string), broken(['reordered', 3])],
  ])('with an entry %s is found', async (_, tampered, expected) => {
    expect(await verify(tampered)).toEqual(expected);
  });

  it('that was cut off, or goes on behind its end, or is none, is refused', async () => {
    expect(await verify(lines.slice(0, -1))).toEqual(refusedWith('invalid_body'));
    expect(await verify([...lines, lines[3] as string])).toEqual(refusedWith('invalid_body'));
    expect(await verify(lines.slice(1))).toEqual(refusedWith('invalid_body'));
    expect(await verify(lines.with(2, '{}\n'))).toEqual(refusedWith('invalid_body'));
    expect(await verify([])).toEqual(refusedWith('invalid_body'));
  });

  it('with an end or a beginning that another key signed is found', async () => {
    const end = endLine({ head: stranger.seal(PAYLOAD_TYPES.auditHead, at(6)) });
    expect(await verify(lines.with(-1, end))).toEqual(broken(['unsigned', 6]));
    expect(await verify(lines.with(-1, endLine({ head: null })))).toEqual(broken(['unsigned', 6]));
    const checkpoint = owner.seal(PAYLOAD_TYPES.auditHead, at(2));
    const begun = beginLine({ tenant: TENANT, signer: owner.signer, checkpoint });
    expect(await verify([begun, ...lines.slice(3)])).toMatchObject(broken(['unsigned', 0], ['removed', 1]));
  });

  it('that somebody signed anew as a whole is told by the key, or by an older export', async () => {
    const anew = linesOf(write(3), stranger);
    expect(await verify(anew)).toEqual(WHOLE);
    expect(await verify(anew, '--key', owner.signer.keyId)).toEqual(refusedWith('key_unknown'));
    expect(await verify(anew, '--earlier', 'whole.jsonl')).toEqual(refusedWith('key_unknown'));
    expect(await verify(linesOf(LOG.slice(0, 4)), '--earlier', 'whole.jsonl')).toMatchObject({
      codes: ['audit_broken'],
    });
    const swapped = beginLine({
      tenant: TENANT,
      signer: { ...owner.signer, publicKey: stranger.signer.publicKey },
      checkpoint: null,
    });
    expect(await verify(lines.with(0, swapped))).toEqual(refusedWith('key_unknown'));
  });
});
