import { type Outcome, refuse, succeed } from '@wherry/protocol';
import { TUF_BOUNDS } from './bounds.ts';

/**
 * JSON in which every text has one reading, for documents whose signature covers their content and not their bytes. What two parsers
 * might take differently is refused: a key given twice, `__proto__`, numbers that are not plain integers, text that is not Unicode,
 * bytes that are not UTF-8, nesting without end. Numbers of canonical JSON are integers (OLPC canonical JSON, TUF 1.0 §4.2).
 */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

/** Code: metadata_malformed. */
export function parseStrictJson(bytes: Uint8Array): Outcome<Json> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return succeed(new Reader(text).whole());
  } catch (error) {
    return refuse('metadata_malformed', error instanceof Malformed ? error.message : 'the file is not UTF-8');
  }
}

class Malformed extends Error {}

const NUMBER = /-?(?:0|[1-9][0-9]*)/y;
const SPACE = /[ \t\n\r]*/y;
/** A string without its quotes, up to the first character that needs a decision. */
const PLAIN = /[^"\\\p{Cc}]*/uy;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Json {
    const value = this.#value(0);
    this.#skip();
    if (this.#at < this.#text.length) throw this.#wrong('something follows the document');
    return value;
  }

  #value(depth: number): Json {
    if (depth > TUF_BOUNDS.depth) throw this.#wrong(`nested deeper than ${TUF_BOUNDS.depth}`);
    this.#skip();
    const next = this.#text[this.#at];
    if (next === '{') return this.#object(depth);
    if (next === '[') return this.#array(depth);
    if (next === '"') return this.#string();
    if (next === 't') return this.#word('true', true);
    if (next === 'f') return this.#word('false', false);
    if (next === 'n') return this.#word('null', null);
    return this.#number();
  }

  #object(depth: number): JsonObject {
    const object: JsonObject = {};
    this.#at += 1;
    if (this.#takes('}')) return object;
    do {
      this.#skip();
      const key = this.#string();
      if (key === '__proto__') throw this.#wrong('a key is __proto__');
      if (Object.hasOwn(object, key)) throw this.#wrong(`the key ${JSON.stringify(key)} stands twice`);
      if (!this.#takes(':')) throw this.#wrong('":" is missing');
      object[key] = this.#value(depth + 1);
    } while (this.#takes(','));
    if (!this.#takes('}')) throw this.#wrong('"}" is missing');
    return object;
  }

  #array(depth: number): Json[] {
    const array: Json[] = [];
    this.#at += 1;
    if (this.#takes(']')) return array;
    do array.push(this.#value(depth + 1));
    while (this.#takes(','));
    if (!this.#takes(']')) throw this.#wrong('"]" is missing');
    return array;
  }

  #string(): string {
    if (this.#text[this.#at] !== '"') throw this.#wrong('a string is missing');
    this.#at += 1;
    let value = '';
    for (;;) {
      value += this.#match(PLAIN);
      const next = this.#text[this.#at];
      this.#at += 1;
      if (next === '"') break;
      if (next === '\\') value += this.#escape();
      else if (next === '\u007f' || (next !== undefined && next >= '\u0080' && next <= '\u009f')) value += next;
      else throw this.#wrong('a string does not end');
    }
    if (!value.isWellFormed()) throw this.#wrong('a string is not Unicode');
    return value;
  }

  #escape(): string {
    const kind = this.#text[this.#at] ?? '';
    this.#at += 1;
    if (kind !== 'u') {
      const plain = Object.hasOwn(ESCAPES, kind) ? ESCAPES[kind] : undefined;
      if (plain === undefined) throw this.#wrong('an escape is unknown');
      return plain;
    }
    const digits = this.#text.slice(this.#at, this.#at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.#wrong('an escape is cut short');
    this.#at += 4;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  #number(): number {
    const text = this.#match(NUMBER);
    const value = Number(text);
    const follows = this.#text[this.#at] ?? '';
    if (text === '' || text === '-0' || !Number.isSafeInteger(value) || /[0-9.eE]/.test(follows))
      throw this.#wrong('here only a plain integer can stand');
    return value;
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#wrong('a value is unknown');
    this.#at += word.length;
    return value;
  }

  #takes(sign: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== sign) return false;
    this.#at += 1;
    return true;
  }

  #skip(): void {
    this.#match(SPACE);
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #wrong(what: string): Malformed {
    return new Malformed(`not acceptable JSON at character ${this.#at}: ${what}`);
  }
}
