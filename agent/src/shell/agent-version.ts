import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of the version that the launcher chose; else of these sources, or of the package around them. */
export function agentVersion(): string {
  const folder = process.env.WHERRY_VERSION_DIR;
  const path = folder ? join(folder, 'package.json') : new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
