import { AUDIT_BEGINNING, AUDIT_HEAD_DISTRUSTED, type AuditEntry, type AuditPoint, auditBytes } from './entry.ts';

/**
 * Follows a chain entry by entry and names what does not fit. It works on whatever holds the entries in their order: the database of
 * a control plane, or the lines of an exported file. The signatures over head and checkpoint are checked by whoever opens those.
 */
export const AUDIT_FINDINGS = [
  /** What the entry says is not what was hashed when it was written. */
  'changed',
  'removed',
  'inserted',
  'reordered',
  /** Right in itself, but not what its successor, or the signed head, was written after. */
  'replaced',
  /** The signed end or beginning of the chain is missing, or its signature does not hold. */
  'unsigned',
] as const;

export interface AuditFinding {
  readonly kind: (typeof AUDIT_FINDINGS)[number];
  /** The first entry that it is about, and the last one where they are several. */
  readonly id: number;
  readonly throughId: number;
  readonly sentence: string;
}

/** SHA-256 as hex: this package has no crypto. */
export type Sha256 = (bytes: Uint8Array) => string;

/** More are counted, not named: behind the hundredth nobody reads on. */
const FINDINGS_NAMED = 100;

export class AuditChain {
  readonly findings: AuditFinding[] = [];
  /** All that were found. */
  findingCount = 0;
  entryCount = 0;
  readonly #tenant: string;
  readonly #sha256: Sha256;
  #expectedId: number;
  /** Null where nothing is known of what must have come before. */
  #previous: string | null;
  readonly #missing = new Set<number>();
  /** By how much the numbers have moved since they were hashed: entries were put in or taken out, and the others renumbered. */
  #shift = 0;
  /** Entries whose numbers have moved by something else, until it is clear what that means. */
  #displaced: { readonly id: number; readonly shift: number; readonly hash: string }[] = [];

  /** `checkpoint`: the opened one that the chain begins after, if older entries were given up. */
  constructor(tenant: string, checkpoint: Pick<AuditPoint, 'id' | 'hash'> | null, sha256: Sha256) {
    this.#tenant = tenant;
    this.#sha256 = sha256;
    this.#expectedId = (checkpoint?.id ?? 0) + 1;
    this.#previous = checkpoint?.hash ?? AUDIT_BEGINNING;
  }

  get isIntact(): boolean {
    return this.findingCount === 0;
  }

  /** The next entry, in the order in which they are kept. */
  follow(entry: AuditEntry): void {
    this.entryCount += 1;
    if (entry.id < this.#expectedId) this.#late(entry);
    else this.#next(entry);
  }

  #next(entry: AuditEntry): void {
    if (entry.id > this.#expectedId) this.#gap(this.#expectedId, entry.id - 1);
    const shift = this.#shiftOf(entry);
    let follows = entry.hash;
    if (shift === null) this.#settleDisplaced();
    if (shift === null)
      this.#find('changed', entry.id, `entry ${entry.id} does not say what it said when it was written`);
    else if (shift !== this.#shift || this.#displaced.length > 0) follows = this.#displace(entry, shift);
    else if (this.#previous !== null && entry.previous !== this.#previous)
      this.#find(
        'replaced',
        entry.id - 1,
        `entry ${entry.id} was written after another entry ${entry.id - 1} than the one that is here`,
      );
    if (shift !== null && entry.action === AUDIT_HEAD_DISTRUSTED)
      this.#find(
        'unsigned',
        entry.id,
        `when entry ${entry.id} was written, the end of the log was not as it had been signed`,
      );
    this.#expectedId = entry.id + 1;
    this.#previous = follows;
  }

  /** After the last entry: the opened head, or null when there is none whose signature holds. */
  end(head: Pick<AuditPoint, 'id' | 'hash'> | null): void {
    this.#settleDisplaced();
    const lastId = this.#expectedId - 1;
    if (head === null) {
      if (this.entryCount > 0) this.#find('unsigned', lastId, 'no signature holds that says where the log ends');
      return;
    }
    if (head.id > lastId) this.#gap(lastId + 1, head.id);
    else if (head.id < lastId)
      this.#find('inserted', head.id + 1, `the log was signed up to entry ${head.id}, and goes on behind it`, lastId);
    else if (this.#previous !== null && head.hash !== this.#previous)
      this.#find('replaced', lastId, `entry ${lastId} is not the one that was signed as the end of the log`);
  }

  /** Something that is wrong with the signatures around the chain. */
  distrust(sentence: string): void {
    this.#find('unsigned', this.#expectedId - 1, sentence);
  }

  /** What was missing has come after its place; what was there already is one too many. */
  #late(entry: AuditEntry): void {
    if (!this.#missing.delete(entry.id)) {
      this.#find('inserted', entry.id, `entry ${entry.id} is there a second time, or behind its place`);
      return;
    }
    this.#retract(entry.id);
    this.#find('reordered', entry.id, `entry ${entry.id} is not in its place`);
    if (this.#hashOf(entry, entry.id) !== entry.hash)
      this.#find('changed', entry.id, `entry ${entry.id} does not say what it said when it was written`);
  }

  #gap(from: number, through: number): void {
    for (let id = from; id <= through && this.#missing.size < FINDINGS_NAMED; id++) this.#missing.add(id);
    const what = from === through ? `entry ${from} is` : `entries ${from} to ${through} are`;
    this.#find('removed', from, `${what} missing`, through);
    this.#previous = null;
  }

  /**
   * Entries that carry each other's numbers were put in another order; else others were put in or taken out. Returns the hash that the
   * next one must have been written after.
   */
  #displace(entry: AuditEntry, shift: number): string {
    this.#displaced.push({ id: entry.id, shift, hash: entry.hash });
    const run = this.#displaced.map(({ id, shift: by }) => ({ id: id - this.#shift, original: id - by }));
    const ids = new Set(run.map(({ id }) => id));
    if (!run.every(({ original }) => ids.delete(original))) {
      if (this.#displaced.length > FINDINGS_NAMED) this.#settleDisplaced();
      return entry.hash;
    }
    const [last] = this.#displaced.toSorted((a, b) => b.id - b.shift - (a.id - a.shift));
    const from = this.#displaced[0]?.id ?? entry.id;
    this.#displaced = [];
    this.#find('reordered', from, `entries ${from} to ${entry.id} carry each other's numbers`, entry.id);
    return last?.hash ?? entry.hash;
  }

  #settleDisplaced(): void {
    const displaced = this.#displaced;
    this.#displaced = [];
    for (const { id, shift } of displaced) if (shift !== this.#shift) this.#moved(id, shift);
  }

  #moved(id: number, shift: number): void {
    const count = Math.abs(shift - this.#shift);
    if (shift > this.#shift)
      this.#find(
        'inserted',
        id - count,
        `${entries(count)} put in before entry ${id}, and those behind renumbered`,
        id - 1,
      );
    else this.#find('removed', id, `${entries(count)} taken out before entry ${id}, and those behind renumbered`);
    this.#shift = shift;
  }

  /** The shift with which the entry is what was hashed; null when there is none. */
  #shiftOf(entry: AuditEntry): number | null {
    const near = [this.#shift, 0, this.#shift + 1, this.#shift - 1, this.#shift + 2, this.#shift - 2];
    return near.find((shift) => this.#hashOf(entry, entry.id - shift) === entry.hash) ?? null;
  }

  #hashOf(entry: AuditEntry, id: number): string {
    return this.#sha256(auditBytes(this.#tenant, { ...entry, id }));
  }

  #find(kind: AuditFinding['kind'], id: number, sentence: string, throughId = id): void {
    this.findingCount += 1;
    if (this.findings.length < FINDINGS_NAMED) this.findings.push({ kind, id, throughId, sentence });
  }

  /** Entry `id` was missing alone after all. */
  #retract(id: number): void {
    const at = this.findings.findIndex((one) => one.kind === 'removed' && one.id <= id && id <= one.throughId);
    const found = this.findings[at];
    if (!found || [...this.#missing].some((one) => found.id <= one && one <= found.throughId)) return;
    this.findings.splice(at, 1);
    this.findingCount -= 1;
  }
}

function entries(count: number): string {
  return count === 1 ? 'an entry was' : `${count} entries were`;
}
