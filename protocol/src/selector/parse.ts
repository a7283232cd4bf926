import { type Outcome, refuse, succeed } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { NAME_PATTERN } from '../names.ts';
import type { Selector, SelectorTerm } from './syntax.ts';

interface Token {
  readonly text: string;
  readonly kind: 'name' | 'sign' | 'end';
  /** Counts from 1. */
  readonly column: number;
}

const TOKEN = /\s*(?:(!=|==|[=!,()])|([^\s=!,()]+))/y;

/**
 * Reads a selector, for example `site=berlin,board in (pi4,pi5),!quarantined`.
 * Code: invalid_selector, with the column (from 1) where reading stopped.
 */
export function parseSelector(text: string): Outcome<Selector> {
  if (text.length > LIMITS.selectorBytes)
    return refuse(
      'invalid_selector',
      `a selector has at most ${LIMITS.selectorBytes} characters; this has ${text.length}`,
    );
  const tokens = tokenize(text);
  if (tokens[0]?.kind === 'end') return succeed({ terms: [] });
  const cursor = new Cursor(tokens);
  const terms: SelectorTerm[] = [];
  do {
    const term = readTerm(cursor);
    if (!term.ok) return term;
    terms.push(term.value);
    if (terms.length > LIMITS.selectorTerms)
      return cursor.refuse(`a selector has at most ${LIMITS.selectorTerms} terms`);
  } while (cursor.take(','));
  if (cursor.peek().kind !== 'end') return cursor.refuse('expected "," and another term, or the end');
  return succeed({ terms });
}

function readTerm(cursor: Cursor): Outcome<SelectorTerm> {
  if (cursor.take('!')) {
    const key = readName(cursor, 'a label name after "!"');
    return key.ok ? succeed({ op: 'missing', key: key.value }) : key;
  }
  const key = readName(cursor, 'a label name');
  if (!key.ok) return key;
  if (cursor.take('=') || cursor.take('==')) {
    const value = readName(cursor, `a value for ${key.value}`);
    return value.ok ? succeed({ op: 'equals', key: key.value, value: value.value }) : value;
  }
  if (cursor.take('!=')) {
    const value = readName(cursor, `a value for ${key.value}`);
    return value.ok ? succeed({ op: 'notEquals', key: key.value, value: value.value }) : value;
  }
  const op = cursor.take('in') ? 'in' : cursor.take('notin') ? 'notIn' : undefined;
  if (!op) return succeed({ op: 'exists', key: key.value });
  const values = readValues(cursor, key.value);
  return values.ok ? succeed({ op, key: key.value, values: values.value }) : values;
}

function readValues(cursor: Cursor, key: string): Outcome<string[]> {
  if (!cursor.take('(')) return cursor.refuse(`expected "(" and the values of ${key}, for example ${key} in (a,b)`);
  const values: string[] = [];
  do {
    const value = readName(cursor, `a value for ${key}`);
    if (!value.ok) return value;
    values.push(value.value);
  } while (cursor.take(','));
  if (!cursor.take(')')) return cursor.refuse('expected "," and another value, or ")"');
  return succeed(values);
}

function readName(cursor: Cursor, what: string): Outcome<string> {
  const token = cursor.peek();
  if (token.kind !== 'name') return cursor.refuse(`expected ${what}`);
  if (!NAME_PATTERN.test(token.text))
    return cursor.refuse(`expected ${what}: 1 to 63 of a-z, 0-9, "-" and "_", beginning with a letter or digit`);
  cursor.next();
  return succeed(token.text);
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const tokenText = match[1] ?? match[2] ?? '';
    const column = match.index + match[0].length - tokenText.length + 1;
    tokens.push({ text: tokenText, kind: match[1] === undefined ? 'name' : 'sign', column });
  }
  tokens.push({ text: '', kind: 'end', column: text.length + 1 });
  return tokens;
}

class Cursor {
  readonly #tokens: readonly Token[];
  #at = 0;
  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }
  peek(): Token {
    return this.#tokens[this.#at] as Token;
  }
  next(): void {
    this.#at++;
  }
  take(text: string): boolean {
    if (this.peek().text !== text) return false;
    this.next();
    return true;
  }
  refuse(message: string): Outcome<never> {
    const { kind, text, column } = this.peek();
    const found = kind === 'end' ? 'the selector ends' : `there is ${JSON.stringify(text.slice(0, 64))}`;
    return refuse('invalid_selector', `${message}; ${found} at column ${column}`, { column });
  }
}
