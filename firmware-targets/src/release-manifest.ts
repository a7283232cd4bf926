import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { targetNames } from './target.ts';

/** The manifest of the agent's own release (docs/operating/agent-updates.md): a variant for each target that was packed into the folder. */
export function writeReleaseManifest(out: string, version: string): string {
  const variants = targetNames()
    .map((target) => ({ target, archive: archiveName(version, target) }))
    .filter(({ archive }) => existsSync(join(out, archive)))
    .map(({ target, archive }) => `  - agent: { archive: ${archive}, target: ${target} }\n`);
  const file = join(out, 'wherry.yaml');
  writeFileSync(file, `app: wherry-agent\nversion: ${version}\nvariants:\n${variants.join('')}`);
  return file;
}

export function archiveName(version: string, target: string): string {
  return `wherry-agent-${version}-${target}.tar.gz`;
}
