import { LoadRefusal } from '../guest.ts';

/**
 * `@assemblyscript/loader` builds objects from export names ("Class#method", "a.b"). A module that exports
 * `constructor#toString` would make it write into Object.prototype, so names that every object inherits are refused first.
 */
const INHERITED: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

export function checkExportNames(names: readonly string[]): void {
  for (const name of names) {
    const [path = '', method] = splitAt(name, '#');
    const bad = path.split('.').find((part) => INHERITED.has(part));
    const badMethod = method !== undefined && method !== 'constructor' && INHERITED.has(method.replace(/^[gs]et:/, ''));
    if (bad !== undefined || (badMethod && !['toString', 'valueOf'].includes(method)))
      throw new LoadRefusal('module_malformed', `export ${JSON.stringify(name.slice(0, 100))} has a reserved name`);
  }
}

function splitAt(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
