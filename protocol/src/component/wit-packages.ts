import { WASI_INTERFACES } from './host-interfaces.ts';

/**
 * The interfaces that the host offers, as WIT packages that tools read: one file for each package, every interface with all that this
 * host has of it. Published to authors as guest-sdk/wit.
 */
export const WIT_VERSION = '0.2.0';
const INTERFACE_NAME = /^(wasi:([a-z]+))\/([a-z0-9-]+)$/;

/** Text by name of the file. */
export function witPackages(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const [name, text] of WASI_INTERFACES) {
    const [, packageName, short, interfaceName] = INTERFACE_NAME.exec(name) as unknown as [
      string,
      string,
      string,
      string,
    ];
    const file = `wasi-${short}.wit`;
    const before = files.get(file) ?? `package ${packageName}@${WIT_VERSION};\n`;
    files.set(file, `${before}\ninterface ${interfaceName} {\n${bodyOf(text, packageName)}\n}\n`);
  }
  return files;
}

function bodyOf(text: string, packageName: string): string {
  const named = text.replaceAll(
    /use (wasi:[a-z]+)\/([a-z0-9-]+)\.(\{[^}]*\});?/g,
    (_all, from: string, name: string, items: string) =>
      from === packageName ? `use ${name}.${items};` : `use ${from}/${name}@${WIT_VERSION}.${items};`,
  );
  return named
    .trim()
    .split('\n')
    .map(
      (line) =>
        `  ${line
          .replace(/^ {2,4}(?=\S)/, '')
          .replace(/^ {4}(?= )/, '')
          .trimEnd()}`,
    )
    .join('\n');
}
