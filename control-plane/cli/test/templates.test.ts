import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { collectArtifacts } from '../src/publishing/artifacts.ts';
import { readManifest } from '../src/publishing/read-manifest.ts';
import { TEMPLATE_NAMES } from '../src/templates/templates.ts';
import { recordedShell } from '../src/testing/recorded-shell.ts';
import { buildApp } from './fleet/processes.ts';

const WHERRY = fileURLToPath(new URL('../bin/wherry.js', import.meta.url));

describe.each(TEMPLATE_NAMES)('the template %s', (template) => {
  it('compiles, and passes admission with the grants of its own manifest', async () => {
    const shell = recordedShell();
    expect((await shell.run('init', 'my-app', '--template', template)).exitCode).toBe(0);
    buildApp(join(shell.folder, 'my-app'), 'my-app');
    const { manifest, folder } = await readManifest(join(shell.folder, 'my-app'));
    expect(await collectArtifacts(manifest, folder)).toMatchObject([
      { variant: 0, digest: expect.stringMatching(/^sha256:/) },
    ]);
    // With one grant taken away, a program that uses it is refused: the check sees what the program calls.
    if (manifest.capabilities.kv)
      await expect(collectArtifacts({ ...manifest, capabilities: {} }, folder)).rejects.toMatchObject({
        problems: expect.arrayContaining([expect.objectContaining({ code: 'capability_denied' })]),
      });
  });
});

describe('wherry run', () => {
  const wherry = (cwd: string, ...args: string[]) =>
    spawnSync(process.execPath, [WHERRY, ...args], { cwd, encoding: 'utf8', timeout: 60_000 });

  it('runs a module as a device would, and tells what it refuses', async () => {
    const shell = recordedShell();
    await shell.run('init', 'my-app');
    const folder = join(shell.folder, 'my-app');
    buildApp(folder, 'my-app');
    const run = wherry(folder, 'run', 'build/my-app.wasm', '--env', 'NAME=Ada');
    expect({ status: run.status, said: run.stdout + run.stderr }).toEqual({
      status: 0,
      said: expect.stringContaining('hello, Ada'),
    });
    const refused = wherry(folder, '--json', 'run', 'wherry.yaml');
    expect(refused.status).toBe(1);
    expect(JSON.parse(refused.stderr)).toMatchObject({ problems: [{ code: 'module_malformed' }] });
    expect(wherry(folder, 'run', 'build/my-app.wasm', '--wall', '2').status).toBe(2);
  });
});
