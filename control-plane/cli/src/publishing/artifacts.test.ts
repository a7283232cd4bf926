import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { quietCommand, quietHandler } from '@wherry/protocol/testing/component';
import { expect, it } from 'vitest';
import type { CliFailure } from '../failure.ts';
import { scratchFolder } from '../testing/scratch-folder.ts';
import { collectArtifacts } from './artifacts.ts';
import { parseManifestText } from './read-manifest.ts';

/** Components at publishing: what a device would refuse is refused here, by name. */
const folder = scratchFolder();

async function publish(component: { build(): Uint8Array }, trigger: string) {
  writeFileSync(join(folder, 'a.wasm'), component.build());
  const text = `app: a\nversion: 1.0.0\nvariants:\n  - wasm: { module: a.wasm, abi: component }\ntriggers: [${trigger}]\n`;
  const manifest = parseManifestText(text);
  if (!manifest.ok) throw new Error(manifest.problems[0]?.message);
  return collectArtifacts(manifest.value, folder).catch((error: CliFailure) => error.problems);
}

it('takes a component, and gives its digest', async () => {
  expect(await publish(quietCommand(), 'start')).toMatchObject([{ digest: expect.stringMatching(/^sha256:/) }]);
  expect(await publish(quietHandler(), '{ http: /a }')).toMatchObject([{ digest: expect.stringMatching(/^sha256:/) }]);
});

it('refuses one that imports what no device offers, and says what', async () => {
  const component = quietCommand();
  component.importInstance('wasi:sockets/tcp@0.2.0', () => {});
  expect(await publish(component, 'start')).toMatchObject([
    { code: 'import_refused', message: expect.stringContaining('wasi:sockets/tcp@0.2.0') },
  ]);
});

it('refuses one that has no code for a trigger', async () => {
  expect(await publish(quietHandler(), 'start')).toMatchObject([{ code: 'feature_refused' }]);
});
