/** Selectors that the page writes itself; the syntax is the protocol's. */
export function labelSelector(name: string, value: string): string {
  return `${name}=${value}`;
}

/** Marks a column (from 1) under a text set in a fixed-width font. */
export function caretAt(column: number): string {
  return `${' '.repeat(Math.max(0, column - 1))}^`;
}
