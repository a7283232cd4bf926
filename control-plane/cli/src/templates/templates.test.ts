import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseManifestText } from '../publishing/read-manifest.ts';
import { recordedShell } from '../testing/recorded-shell.ts';
import { TEMPLATE_NAMES, templateFiles } from './templates.ts';

describe.each(TEMPLATE_NAMES)('the template %s', (template) => {
  it('has a manifest that is valid and named after its folder', () => {
    const files = templateFiles(template, 'my-app');
    expect(parseManifestText(files['wherry.yaml'] ?? '')).toMatchObject({
      ok: true,
      value: { app: 'my-app', version: '0.1.0', variants: [{ modulePath: 'build/my-app.wasm' }] },
    });
    expect(JSON.stringify(files)).not.toContain('__APP__');
  });

  it('is written into a new folder, and never over anything', async () => {
    const shell = recordedShell();
    const made = await shell.run('init', 'my-app', '--template', template);
    expect(made.exitCode).toBe(0);
    for (const file of ['wherry.yaml', 'package.json', 'README.md', 'assembly/index.ts', '.gitignore'])
      expect(existsSync(join(shell.folder, 'my-app', file))).toBe(true);
    const again = await shell.run('init', 'my-app', '--template', template);
    expect(again.exitCode).toBe(1);
    expect(again.err).toContain('[already_exists]');
  });
});

it('a folder whose name cannot be an app is refused', async () => {
  const { exitCode, err } = await recordedShell().run('init', 'My App');
  expect(exitCode).toBe(2);
  expect(err).toContain('cannot be the name of an app');
});
