import { type Labelled, PRIMITIVES, type ValueShape } from './definitions.ts';
import type { FuncItem, InstanceItem, Item, TypeItem } from './items.ts';
import type { TypeTable } from './types.ts';

/**
 * Reads one interface in the notation of WIT (component model, WIT.md): `use`, types, resources and functions, no comments, versions
 * or feature gates. The texts are ours (interfaces/), so what is not understood is a mistake of ours and throws.
 */
export interface WitSurroundings {
  readonly types: TypeTable;
  /** A new resource of the host; answers its number. */
  addResource(name: string): number;
  /** Another interface, by its name without version. */
  find(name: string): InstanceItem;
}

const TOKEN = /%?[a-zA-Z][a-zA-Z0-9]*(?:[-:/][a-zA-Z0-9]+)*|->|[{}()<>,;:=._]/g;
const PRIMITIVE_NAMES: ReadonlySet<string> = new Set(Object.values(PRIMITIVES));

export function readInterface(name: string, text: string, around: WitSurroundings): InstanceItem {
  return new InterfaceReader(name, text, around).read();
}

class InterfaceReader {
  readonly #name: string;
  readonly #tokens: readonly string[];
  readonly #around: WitSurroundings;
  readonly #exports = new Map<string, Item>();
  readonly #aliases = new Map<string, TypeItem>();
  #at = 0;

  constructor(name: string, text: string, around: WitSurroundings) {
    this.#name = name;
    this.#tokens = text.match(TOKEN) ?? [];
    this.#around = around;
  }

  read(): InstanceItem {
    while (this.#at < this.#tokens.length) this.#readItem(this.#id());
    return { name: this.#name, exports: this.#exports };
  }

  #readItem(word: string): void {
    switch (word) {
      case 'use':
        this.#readUse();
        return;
      case 'type': {
        const name = this.#id();
        this.#expect('=');
        this.#define(name, this.#typeItem());
        this.#expect(';');
        return;
      }
      case 'record': {
        const name = this.#id();
        const fields = this.#braced(() => ({ label: this.#id(), type: this.#annotation() }));
        this.#defineShape(name, { is: 'record', fields });
        return;
      }
      case 'variant': {
        const name = this.#id();
        this.#defineShape(name, { is: 'variant', cases: this.#braced(() => this.#case()) });
        return;
      }
      case 'enum':
      case 'flags': {
        const name = this.#id();
        this.#defineShape(name, { is: word, labels: this.#braced(() => this.#id()) });
        return;
      }
      case 'resource':
        this.#readResource(this.#id());
        return;
      default:
        this.#expect(':');
        this.#readFunction(word, null);
    }
  }

  #readUse(): void {
    const from = this.#around.find(this.#id());
    this.#expect('.');
    for (const [theirs, ours] of this.#braced(() => {
      const theirs = this.#id();
      return [theirs, this.#accept('as') ? this.#id() : theirs] as const;
    })) {
      const used = from.exports.get(theirs);
      if (used?.sort !== 'type') throw new Error(`${this.#name} uses ${theirs}, which ${from.name} has not`);
      this.#define(ours, used.item);
    }
    this.#accept(';');
  }

  #readResource(name: string): void {
    const resource = this.#around.addResource(name);
    this.#define(name, { is: 'resource', resource });
    if (this.#accept(';')) return;
    this.#expect('{');
    while (!this.#accept('}')) {
      const member = this.#id();
      if (member === 'constructor') {
        const params = this.#params();
        this.#expect(';');
        const result = this.#around.types.add({ is: 'own', resource });
        this.#addFunction(`[constructor]${name}`, { params, result });
      } else {
        this.#expect(':');
        const isStatic = this.#accept('static');
        const self = isStatic ? [] : [this.#around.types.add({ is: 'borrow', resource })];
        this.#readFunction(`[${isStatic ? 'static' : 'method'}]${name}.${member}`, self);
      }
    }
  }

  #readFunction(name: string, self: readonly number[] | null): void {
    this.#expect('func');
    const params = [...(self ?? []), ...this.#params()];
    const result = this.#accept('->') ? this.#type() : null;
    this.#expect(';');
    this.#addFunction(name, { params, result });
  }

  #addFunction(name: string, type: FuncItem['type']): void {
    this.#exports.set(name, { sort: 'func', item: { ref: { from: 'host', interface: this.#name, name }, type } });
  }

  #params(): number[] {
    this.#expect('(');
    const params: number[] = [];
    while (!this.#accept(')')) {
      this.#id();
      params.push(this.#annotation());
      this.#accept(',');
    }
    return params;
  }

  #case(): Labelled<number | null> {
    const label = this.#id();
    if (!this.#accept('(')) return { label, type: null };
    const type = this.#type();
    this.#expect(')');
    return { label, type };
  }

  #annotation(): number {
    this.#expect(':');
    return this.#type();
  }

  /** The name of a resource as the type of a value means an own handle. */
  #type(): number {
    const item = this.#typeItem();
    if (item.is === 'value') return item.type;
    if (item.is === 'resource') return this.#around.types.add({ is: 'own', resource: item.resource });
    throw new Error(`${this.#name}: a ${item.is} is no type of a value`);
  }

  #typeItem(): TypeItem {
    const word = this.#id();
    const known = this.#aliases.get(word);
    if (known !== undefined) return known;
    const { types } = this.#around;
    if (PRIMITIVE_NAMES.has(word)) return { is: 'value', type: types.add({ is: word } as ValueShape<number>) };
    return { is: 'value', type: types.add(this.#generic(word)) };
  }

  #generic(word: string): ValueShape<number> {
    if (word === 'result' && !this.#accept('<')) return { is: 'result', ok: null, err: null };
    if (word !== 'result') this.#expect('<');
    switch (word) {
      case 'list':
      case 'option': {
        const item = this.#type();
        this.#expect('>');
        return { is: word, item };
      }
      case 'borrow': {
        const item = this.#typeItem();
        this.#expect('>');
        if (item.is !== 'resource') throw new Error(`${this.#name}: only resources are borrowed`);
        return { is: 'borrow', resource: item.resource };
      }
      case 'tuple': {
        const items: number[] = [];
        while (!this.#accept('>')) {
          items.push(this.#type());
          this.#accept(',');
        }
        return { is: 'tuple', items };
      }
      case 'result': {
        const ok = this.#accept('_') ? null : this.#type();
        const err = this.#accept(',') ? this.#type() : null;
        this.#expect('>');
        return { is: 'result', ok, err };
      }
      default:
        throw new Error(`${this.#name}: unknown type ${word}`);
    }
  }

  #braced<T>(readOne: () => T): T[] {
    this.#expect('{');
    const items: T[] = [];
    while (!this.#accept('}')) {
      items.push(readOne());
      this.#accept(',');
    }
    return items;
  }

  #defineShape(name: string, shape: ValueShape<number>): void {
    this.#define(name, { is: 'value', type: this.#around.types.add(shape) });
  }

  #define(name: string, item: TypeItem): void {
    this.#aliases.set(name, item);
    this.#exports.set(name, { sort: 'type', item });
  }

  /** `%` lets a keyword be a name. */
  #id(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined || !/^%?[a-zA-Z]/.test(token))
      throw new Error(`${this.#name}: a name was expected, not ${token}`);
    return token.replace('%', '');
  }

  #accept(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at += 1;
    return true;
  }

  #expect(token: string): void {
    if (!this.#accept(token)) throw new Error(`${this.#name}: ${token} was expected, not ${this.#tokens[this.#at]}`);
  }
}
