/** Selectors that the page writes itself. */
export function labelSelector(name: string, value: string): string {
  return `label.${name} = ${value}`;
}
