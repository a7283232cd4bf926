import { type Case, err, ok } from '../abi/values.ts';

/** `fields` of wasi:http/types: header lines in their order, names without regard to case. What node:http would refuse is refused here. */
const NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]{0,4096}$/;
const ENTRIES_MAX = 64;
/** Of all names and values: what travels in one message besides a body. */
const BYTES_MAX = 32 * 1024;
/** These belong to the connection, which is the agent's. */
const FORBIDDEN: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

interface Entry {
  readonly name: string;
  readonly value: Uint8Array;
}

export class Fields {
  #entries: Entry[] = [];
  readonly #isImmutable: boolean;

  constructor(entries: readonly Entry[] = [], isImmutable = false) {
    this.#entries = [...entries];
    this.#isImmutable = isImmutable;
  }

  static ofRecord(record: Readonly<Record<string, string>>): Fields {
    const entries = Object.entries(record).map(([name, value]) => ({ name, value: Buffer.from(value, 'latin1') }));
    return new Fields(entries, true);
  }

  static fromList(list: readonly (readonly [name: string, value: Uint8Array])[]): Case {
    const fields = new Fields();
    for (const [name, value] of list) {
      const added = fields.append(name, value);
      if (added.tag === 'err') return added;
    }
    return ok(fields);
  }

  get(name: string): Uint8Array[] {
    return this.#entries.filter((entry) => isSame(entry.name, name)).map(({ value }) => value);
  }

  has(name: string): boolean {
    return this.#entries.some((entry) => isSame(entry.name, name));
  }

  set(name: string, values: readonly Uint8Array[]): Case {
    const others = this.#entries.filter((entry) => !isSame(entry.name, name));
    return this.#replace([...others, ...values.map((value) => ({ name, value }))], name, values);
  }

  append(name: string, value: Uint8Array): Case {
    return this.#replace([...this.#entries, { name, value }], name, [value]);
  }

  delete(name: string): Case {
    return this.#replace(
      this.#entries.filter((entry) => !isSame(entry.name, name)),
      name,
      [],
    );
  }

  entries(): [string, Uint8Array][] {
    return this.#entries.map(({ name, value }) => [name, value]);
  }

  clone(): Fields {
    return new Fields(this.#entries);
  }

  /** The same that nobody can change any more. */
  sealed(): Fields {
    return new Fields(this.#entries, true);
  }

  /** As one value for each name, lower case. */
  toRecord(): Record<string, string> {
    const out: Record<string, string> = Object.create(null);
    for (const { name, value } of this.#entries) {
      const key = name.toLowerCase();
      const text = Buffer.from(value).toString('latin1');
      const joined = out[key] === undefined ? text : `${out[key]}, ${text}`;
      if (joined.length <= 4096) out[key] = joined;
    }
    return out;
  }

  #replace(entries: Entry[], name: string, values: readonly Uint8Array[]): Case {
    if (this.#isImmutable) return err({ tag: 'immutable' });
    if (!NAME.test(name) || values.some((value) => !VALUE.test(Buffer.from(value).toString('latin1'))))
      return err({ tag: 'invalid-syntax' });
    const bytes = entries.reduce((sum, entry) => sum + entry.name.length + entry.value.length, 0);
    if (FORBIDDEN.has(name.toLowerCase()) || entries.length > ENTRIES_MAX || bytes > BYTES_MAX)
      return err({ tag: 'forbidden' });
    this.#entries = entries;
    return ok();
  }
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
