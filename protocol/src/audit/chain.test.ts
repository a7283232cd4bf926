import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { AuditChain } from './chain.ts';
import { AUDIT_BEGINNING, AUDIT_HEAD_DISTRUSTED, type AuditEntry, auditBytes } from './entry.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function write(count: number, tenant = 'acme', from = 1, previous = AUDIT_BEGINNING): AuditEntry[] {
  const made: AuditEntry[] = [];
  for (let id = from; id < from + count; id++) {
    const before = made.at(-1)?.hash ?? previous;
    const entry = {
      id,
      atMs: id,
      operator: 'ada',
      action: 'pause_rollout',
      subject: `s${id}`,
      detail: { id },
      previous: before,
    };
    made.push({ ...entry, hash: sha256(auditBytes(tenant, entry)) });
  }
  return made;
}
const rehash = (entry: AuditEntry): AuditEntry => ({ ...entry, hash: sha256(auditBytes('acme', entry)) });

function findings(entries: readonly AuditEntry[], head: { id: number; hash: string } | null, tenant = 'acme') {
  const chain = new AuditChain(tenant, null, sha256);
  for (const entry of entries) chain.follow(entry);
  chain.end(head);
  expect(chain.findingCount).toBeGreaterThanOrEqual(chain.findings.length);
  return chain.findings.map(({ kind, id, throughId }) => [kind, id, throughId]);
}

const LOG = write(8);
const HEAD = LOG.at(-1) as AuditEntry;
const at = (id: number) => LOG[id - 1] as AuditEntry;
const without = (id: number) => LOG.filter((entry) => entry.id !== id);
const change = (id: number, to: (entry: AuditEntry) => AuditEntry) => LOG.map((one) => (one.id === id ? to(one) : one));
const renumbered = (entries: readonly AuditEntry[]) => entries.map((entry, index) => ({ ...entry, id: index + 1 }));
const relinked = (entries: readonly AuditEntry[]) => {
  let previous = AUDIT_BEGINNING;
  return entries.map((entry) => {
    const linked = rehash({ ...entry, previous });
    previous = linked.hash;
    return linked;
  });
};

describe('a chain of audit entries', () => {
  it('holds as it was written, from its beginning and from a checkpoint', () => {
    expect(findings(LOG, HEAD)).toEqual([]);
    expect(findings([], { id: 0, hash: AUDIT_BEGINNING })).toEqual([]);
    expect(findings([], null)).toEqual([]);
    const rest = new AuditChain('acme', at(3), sha256);
    for (const entry of LOG.slice(3)) rest.follow(entry);
    rest.end(HEAD);
    expect(rest.isIntact).toBe(true);
  });

  const forged = (entry: AuditEntry) => ({ ...entry, operator: 'eve' });
  it.each<[string, readonly AuditEntry[], readonly unknown[]]>([
    ['a changed entry', change(4, forged), [['changed', 4, 4]]],
    ['a changed entry with a hash made anew', change(4, (entry) => rehash(forged(entry))), [['replaced', 4, 4]]],
    ['a changed last entry with a hash made anew', change(8, (entry) => rehash(forged(entry))), [['replaced', 8, 8]]],
    ['a removed entry', without(4), [['removed', 4, 4]]],
    ['removed entries', LOG.filter(({ id }) => id < 3 || id > 5), [['removed', 3, 5]]],
    ['a removed first entry', without(1), [['removed', 1, 1]]],
    ['a removed last entry', without(8), [['removed', 8, 8]]],
    [
      'a removed entry, the rest renumbered',
      renumbered(without(4)),
      [
        ['removed', 4, 4],
        ['removed', 8, 8],
      ],
    ],
    ['an inserted entry of the same number', [...LOG.slice(0, 4), at(4), ...LOG.slice(4)], [['inserted', 4, 4]]],
    [
      'an inserted entry, the rest renumbered',
      renumbered([...LOG.slice(0, 3), rehash({ ...forged(at(4)), previous: at(3).hash }), ...LOG.slice(3)]),
      [
        ['inserted', 4, 4],
        ['inserted', 9, 9],
      ],
    ],
    ['an entry put at the end', [...LOG, ...write(1, 'acme', 9, HEAD.hash)], [['inserted', 9, 9]]],
    ['two entries in each other’s place', [...LOG.slice(0, 3), at(5), at(4), ...LOG.slice(5)], [['reordered', 4, 4]]],
    [
      'entries that carry each other’s numbers',
      [...LOG.slice(0, 3), { ...at(5), id: 4 }, { ...at(6), id: 5 }, { ...at(4), id: 6 }, ...LOG.slice(6)],
      [['reordered', 4, 6]],
    ],
    ['everything from one entry on written anew', relinked(change(4, forged)), [['replaced', 8, 8]]],
    [
      'another tenant’s entry',
      change(4, () => write(8, 'rival')[3] as AuditEntry),
      [
        ['changed', 4, 4],
        ['replaced', 4, 4],
      ],
    ],
  ])('names %s', (_, entries, expected) => {
    expect(findings(entries, HEAD)).toEqual(expected);
  });

  it('says so when nothing signed says where it ends, and when the control plane once distrusted its end', () => {
    expect(findings(LOG, null)).toEqual([['unsigned', 8, 8]]);
    const told = relinked([...LOG, { ...at(8), id: 9, action: AUDIT_HEAD_DISTRUSTED }]);
    expect(findings(told, told.at(-1) as AuditEntry)).toEqual([['unsigned', 9, 9]]);
  });

  it('names a hundred findings and counts the others', () => {
    const chain = new AuditChain('acme', null, sha256);
    for (const entry of write(150)) chain.follow({ ...entry, subject: 'x' });
    expect([chain.findings.length, chain.findingCount]).toEqual([100, 150]);
  });
});

test('no change of one field, no loss, no repetition and no swap goes unseen', () => {
  const place = fc.integer({ min: 0, max: LOG.length - 1 });
  const tamper = fc.oneof(
    fc
      .tuple(place, fc.constantFrom('atMs', 'operator', 'action', 'subject', 'detail', 'previous', 'hash'))
      .map(([index, field]) =>
        LOG.map((entry, at) => {
          const other = { atMs: 0, detail: {}, previous: 'f'.repeat(64), hash: 'f'.repeat(64) } as Record<
            string,
            unknown
          >;
          return at === index ? ({ ...entry, [field]: other[field] ?? 'x' } as AuditEntry) : entry;
        }),
      ),
    place.map((index) => LOG.toSpliced(index, 1)),
    fc.tuple(place, place).map(([from, to]) => LOG.toSpliced(to, 0, LOG[from] as AuditEntry)),
    fc
      .tuple(place, place)
      .filter(([a, b]) => a !== b)
      .map(([a, b]) => LOG.with(a, LOG[b] as AuditEntry).with(b, LOG[a] as AuditEntry)),
  );
  fc.assert(fc.property(tamper, (entries) => findings(entries, HEAD).length > 0));
});
