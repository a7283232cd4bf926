import type { Labels } from '../names.ts';
import type { Selector, SelectorTerm } from './syntax.ts';

/** What a selector sees of a device. */
export interface Selectable {
  readonly device: string;
  readonly target: string;
  readonly labels: Readonly<Labels>;
}

export function matchesSelector(selector: Selector, subject: Selectable): boolean {
  return selector.terms.every((term) => matchesTerm(term, subject));
}

function matchesTerm(term: SelectorTerm, subject: Selectable): boolean {
  const value = labelOf(term.key, subject);
  switch (term.op) {
    case 'equals':
      return value === term.value;
    case 'notEquals':
      return value !== term.value;
    case 'in':
      return value !== undefined && term.values.includes(value);
    case 'notIn':
      return value === undefined || !term.values.includes(value);
    case 'exists':
      return value !== undefined;
    case 'missing':
      return value === undefined;
  }
}

function labelOf(key: string, subject: Selectable): string | undefined {
  if (key === 'device') return subject.device;
  if (key === 'target') return subject.target;
  return Object.hasOwn(subject.labels, key) ? subject.labels[key] : undefined;
}
