import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { writeArchive } from './archive.ts';
import { archiveName, writeReleaseManifest } from './release-manifest.ts';
import { stageAgent } from './stage.ts';
import { readTarget, TARGETS_ROOT, targetNames } from './target.ts';

/**
 * `node firmware-targets/src/pack.ts --target NAME --out DIR [--cache DIR]` packs the agent for a target and prints one line of
 * JSON: the archive, its digest and its size, and the manifest with which the archives in the folder become a release.
 */
const { values } = parseArgs({
  options: {
    target: { type: 'string' },
    out: { type: 'string' },
    cache: { type: 'string', default: resolve(TARGETS_ROOT, '../node_modules/.cache/wherry') },
  },
});
if (values.target === undefined || values.out === undefined) {
  console.error(`usage: pack.ts --target NAME --out DIR [--cache DIR]\ntargets: ${targetNames().join(', ')}`);
  process.exit(2);
}

const staging = mkdtempSync(join(tmpdir(), 'wherry-pack-'));
try {
  const target = readTarget(values.target);
  const { version } = JSON.parse(readFileSync(resolve(TARGETS_ROOT, '../agent/package.json'), 'utf8'));
  const name = `wherry-agent-${version}-${target.name}`;
  const archive = resolve(values.out, archiveName(version, target.name));
  mkdirSync(values.out, { recursive: true });
  await stageAgent(target, version, resolve(values.cache), join(staging, name));
  await writeArchive(join(staging, name), archive);
  const digest = `sha256:${createHash('sha256').update(readFileSync(archive)).digest('hex')}`;
  const manifest = writeReleaseManifest(resolve(values.out), version);
  const sizeBytes = statSync(archive).size;
  console.log(JSON.stringify({ archive, name, version, target: target.name, digest, sizeBytes, manifest }));
} catch (error) {
  console.error(`pack ${values.target}: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  rmSync(staging, { recursive: true, force: true });
}
