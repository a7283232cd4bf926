/**
 * A selector is a query over devices: terms joined by commas, all of which must hold. The semantics are those of Kubernetes
 * label selectors: `!=` and `notin` also match a device that lacks the key. An empty selector matches every device.
 * The reserved keys `device` and `target` stand for the device's name and target instead of a label.
 */
export type SelectorTerm =
  | { readonly op: 'equals' | 'notEquals'; readonly key: string; readonly value: string }
  | { readonly op: 'in' | 'notIn'; readonly key: string; readonly values: readonly string[] }
  | { readonly op: 'exists' | 'missing'; readonly key: string };

export interface Selector {
  readonly terms: readonly SelectorTerm[];
}

export const RESERVED_SELECTOR_KEYS = ['device', 'target'] as const;

/** The text of a selector; parsing it gives the same selector again. */
export function formatSelector(selector: Selector): string {
  return selector.terms.map(formatTerm).join(',');
}

function formatTerm(term: SelectorTerm): string {
  switch (term.op) {
    case 'equals':
      return `${term.key}=${term.value}`;
    case 'notEquals':
      return `${term.key}!=${term.value}`;
    case 'in':
      return `${term.key} in (${term.values.join(',')})`;
    case 'notIn':
      return `${term.key} notin (${term.values.join(',')})`;
    case 'exists':
      return term.key;
    case 'missing':
      return `!${term.key}`;
  }
}
