import { expect, it } from 'vitest';
import { Fields } from './http-fields.ts';

const value = (text: string) => Buffer.from(text, 'latin1');

it('finds names whatever their case, in their order', () => {
  const fields = new Fields();
  fields.append('Accept', value('a'));
  fields.append('accept', value('b'));
  fields.append('Host', value('c'));
  expect(fields.get('ACCEPT').map(String)).toEqual(['a', 'b']);
  expect(fields.toRecord()).toEqual({ accept: 'a, b', host: 'c' });
  fields.set('accept', [value('d')]);
  fields.delete('host');
  expect(fields.entries().map(([name, bytes]) => `${name}=${bytes}`)).toEqual(['accept=d']);
});

it.each([
  ['a line break', 'x-a', 'a\r\nx-b: c', 'invalid-syntax'],
  ['a zero', 'x-a', 'a\0b', 'invalid-syntax'],
  ['a name with a colon', 'x:a', 'b', 'invalid-syntax'],
  ['an empty name', '', 'b', 'invalid-syntax'],
  ['a value that is too long', 'x-a', 'a'.repeat(4097), 'invalid-syntax'],
  ['a header of the connection', 'Transfer-Encoding', 'chunked', 'forbidden'],
])('refuses %s', (_what, name, text, tag) => {
  const fields = new Fields();
  expect(fields.append(name, value(text))).toEqual({ tag: 'err', value: { tag } });
  expect(Fields.fromList([[name, value(text)]])).toEqual({ tag: 'err', value: { tag } });
  expect(fields.entries()).toEqual([]);
});

it('holds so many lines and no more, and cannot be changed once it is sent', () => {
  const fields = new Fields();
  const added = Array.from({ length: 200 }, (_, i) => fields.append(`x-${i}`, value('a')).tag);
  expect(added.filter((tag) => tag === 'ok')).toHaveLength(64);
  expect(fields.sealed().append('x-a', value('b'))).toEqual({ tag: 'err', value: { tag: 'immutable' } });
  expect(fields.clone().delete('x-1')).toEqual({ tag: 'ok', value: undefined });
});

it('has no names but those it was given', () => {
  const fields = new Fields();
  expect([fields.has('__proto__'), fields.has('constructor')]).toEqual([false, false]);
  fields.append('__proto__', value('a'));
  expect(Object.entries(fields.toRecord())).toEqual([['__proto__', 'a']]);
});
