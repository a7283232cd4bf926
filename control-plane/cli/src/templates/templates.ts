import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageJson, readme } from './project-files.ts';

/** Apps to begin with. Their own files lie in templates/; what all have in common is made by project-files.ts. */
export const TEMPLATE_NAMES = ['hello', 'thermostat', 'greeter'] as const;
export type TemplateName = (typeof TEMPLATE_NAMES)[number];

const FOLDER = fileURLToPath(new URL('../../templates/', import.meta.url));
const APP = /__APP__/g;

/** Paths relative to the app's folder, and their text. */
export function templateFiles(template: TemplateName, app: string): Record<string, string> {
  const folder = join(FOLDER, template);
  const own = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => [file.slice(folder.length + 1), readFileSync(file, 'utf8').replace(APP, app)] as const);
  return {
    ...Object.fromEntries(own),
    'package.json': packageJson(app, sdkReference()),
    'tsconfig.json': '{\n  "extends": "assemblyscript/std/assembly.json",\n  "include": ["assembly"]\n}\n',
    '.gitignore': 'build/\nnode_modules/\n',
    'README.md': readme(app),
  };
}

/** The guest SDK of this installation: it is not in a registry. */
function sdkReference(): string {
  const file = createRequire(import.meta.url).resolve('@wherry/guest-sdk/package.json');
  return `file:${dirname(file)}`;
}
