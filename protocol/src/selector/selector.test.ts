import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesSelector, type Selectable } from './match.ts';
import { parseSelector } from './parse.ts';
import { formatSelector, type Selector, type SelectorTerm } from './syntax.ts';

const PI: Selectable = { device: 'hall-1', target: 'pi4', labels: { site: 'berlin', canary: 'yes' } };

function parsed(text: string): Selector {
  const read = parseSelector(text);
  if (!read.ok) throw new Error(read.problems[0]?.message);
  return read.value;
}

describe('matching', () => {
  it.each([
    ['', true],
    ['   ', true],
    ['site=berlin', true],
    ['site==berlin', true],
    ['site=paris', false],
    ['site != paris', true],
    ['site!=berlin', false],
    ['floor!=3', true],
    ['site in (paris,berlin)', true],
    ['site in (paris)', false],
    ['floor in (3)', false],
    ['site notin (paris)', true],
    ['site notin (berlin)', false],
    ['floor notin (3)', true],
    ['canary', true],
    ['floor', false],
    ['!floor', true],
    ['! canary', false],
    ['site=berlin,target in (pi4,pi5),!quarantined', true],
    ['site=berlin,target=pi5', false],
    ['device=hall-1', true],
    ['device in (hall-2,hall-1)', true],
    ['target=pi4', true],
    ['device', true],
    ['!target', false],
    ['constructor', false],
    ['toString', false],
  ])('%j: %s', (text, expected) => {
    const read = parseSelector(text);
    if (text === 'toString') expect(read.ok).toBe(false);
    else expect(matchesSelector(parsed(text), PI)).toBe(expected);
  });

  it('does not let a label stand for the device or its target', () => {
    const liar: Selectable = { device: 'a', target: 'b', labels: { device: 'hall-1', target: 'pi4' } };
    expect(matchesSelector(parsed('device=hall-1'), liar)).toBe(false);
    expect(matchesSelector(parsed('target=pi4'), liar)).toBe(false);
  });

  it('reads in and notin as names where a name stands', () => {
    expect(parsed('in in (in),notin')).toEqual({
      terms: [
        { op: 'in', key: 'in', values: ['in'] },
        { op: 'exists', key: 'notin' },
      ],
    });
  });
});

describe('mistakes are refused at their column', () => {
  it.each([
    [',', 1],
    ['a,', 3],
    ['a,,b', 3],
    ['a=', 3],
    ['a=b c', 5],
    ['a in', 5],
    ['a in ()', 7],
    ['a in (b', 8],
    ['a in (b c)', 9],
    ['a notin b', 9],
    ['!', 2],
    ['!=a', 1],
    ['!!a', 2],
    ['A=b', 1],
    ['a=B', 3],
    ['a>1', 1],
    ['site=berlin || true', 13],
    ["a='; drop table devices --'", 3],
    ['a=%', 3],
    ['ü', 1],
    ['a\0=b', 1],
  ])('%j at %i', (text, column) => {
    expect(parseSelector(text)).toMatchObject({ ok: false, problems: [{ code: 'invalid_selector', column }] });
  });

  it('is bounded in length and in terms', () => {
    expect(parseSelector('a'.repeat(2000)).ok).toBe(false);
    expect(parseSelector(Array.from({ length: 33 }, () => 'a').join(',')).ok).toBe(false);
    expect(parseSelector(Array.from({ length: 32 }, () => 'a').join(',')).ok).toBe(true);
  });
});

const name = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,8}$/);
const values = fc.array(name, { minLength: 1, maxLength: 4 });
const term: fc.Arbitrary<SelectorTerm> = fc.oneof(
  fc.record({ op: fc.constantFrom('equals' as const, 'notEquals' as const), key: name, value: name }),
  fc.record({ op: fc.constantFrom('in' as const, 'notIn' as const), key: name, values }),
  fc.record({ op: fc.constantFrom('exists' as const, 'missing' as const), key: name }),
);
const selector = fc.record({ terms: fc.array(term, { maxLength: 8 }) });
const subject = fc.record({ device: name, target: name, labels: fc.dictionary(name, name, { maxKeys: 4 }) });

describe('laws', () => {
  it('parsing what was formatted gives the same selector', () => {
    fc.assert(
      fc.property(selector, (value) => {
        expect(parseSelector(formatSelector(value))).toEqual({ ok: true, value });
      }),
    );
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const read = parseSelector(text);
        if (!read.ok) expect(read.problems[0]?.code).toBe('invalid_selector');
      }),
    );
  });

  it('a term and its negation never both match, and one of them does', () => {
    fc.assert(
      fc.property(subject, name, name, (device, key, value) => {
        const match = (one: SelectorTerm) => matchesSelector({ terms: [one] }, device);
        expect(match({ op: 'equals', key, value })).toBe(!match({ op: 'notEquals', key, value }));
        expect(match({ op: 'in', key, values: [value] })).toBe(!match({ op: 'notIn', key, values: [value] }));
        expect(match({ op: 'exists', key })).toBe(!match({ op: 'missing', key }));
        expect(match({ op: 'in', key, values: [value] })).toBe(match({ op: 'equals', key, value }));
      }),
    );
  });

  it('more terms never match more devices', () => {
    fc.assert(
      fc.property(selector, term, subject, (value, extra, device) => {
        const narrower = { terms: [...value.terms, extra] };
        if (matchesSelector(narrower, device)) expect(matchesSelector(value, device)).toBe(true);
      }),
    );
  });
});
