import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/**
 * The layer rules bite: a small copy of the tree breaks each rule once, and the cruiser must name that rule for that file.
 * Without this, a pattern that matches nothing would look like a clean house.
 */
const root = resolve(import.meta.dirname, '..');
const configuration = createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs'));

/** Rule → the file that breaks it, and what that file holds. Paths are relative to the copy. */
const BROKEN: Record<string, readonly [path: string, source: string]> = {
  'no-cycles': ['scripts/cycle-a.ts', `import './cycle-b.ts';`],
  resolvable: ['scripts/lost.ts', `import './nowhere.ts';`],
  'protocol-imports-zod-only': ['protocol/src/reads-disk.ts', `import 'node:fs';`],
  'cores-are-pure': ['agent/src/core/uses-shell.ts', `import '../shell/timer.ts';`],
  'agent-and-control-plane-apart': [
    'agent/src/shell/asks-server.ts',
    `import '../../../control-plane/server/src/app.ts';`,
  ],
  'server-knows-no-agent': ['control-plane/server/src/asks-agent.ts', `import '../../../agent/src/shell/timer.ts';`],
  'dashboard-uses-the-api': ['control-plane/dashboard/src/asks-server.ts', `import '../../server/src/app.ts';`],
  'cli-reaches-the-runner-only': ['control-plane/cli/src/asks-shell.ts', `import '../../../agent/src/shell/timer.ts';`],
  'runner-stands-alone': ['agent/src/runner/uses-shell.ts', `import '../shell/timer.ts';`],
  'no-deep-imports': ['scripts/reaches-in.ts', `import '../protocol/src/inner.ts';`],
};

const SOUND: Record<string, string> = {
  'scripts/cycle-b.ts': `import './cycle-a.ts';`,
  'agent/src/shell/timer.ts': 'export const timer = 1;',
  'control-plane/server/src/app.ts': 'export const app = 1;',
  'protocol/src/inner.ts': 'export const inner = 1;',
  'protocol/src/index.ts': `export * from './inner.ts';`,
  'scripts/enters-by-entry.ts': `import '@wherry/protocol';`,
  'protocol/package.json': JSON.stringify({
    name: '@wherry/protocol',
    type: 'module',
    exports: { '.': './src/index.ts' },
  }),
  'package.json': JSON.stringify({ name: 'copy', type: 'module', workspaces: ['protocol'] }),
};

describe('layer rules', () => {
  const copy = mkdtempSync(join(tmpdir(), 'wherry-layers-'));
  let violations: { rule: string; from: string }[] = [];

  beforeAll(async () => {
    const files = { ...SOUND, ...Object.fromEntries(Object.values(BROKEN)) };
    for (const [path, source] of Object.entries(files)) {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      writeFileSync(join(copy, path), source);
    }
    mkdirSync(join(copy, 'node_modules/@wherry'), { recursive: true });
    symlinkSync('../../protocol', join(copy, 'node_modules/@wherry/protocol'));
    const { options, forbidden } = configuration;
    const answer = await cruise(['protocol', 'agent', 'control-plane', 'scripts'], {
      ...options,
      tsConfig: undefined,
      baseDir: copy,
      validate: true,
      ruleSet: { forbidden },
    });
    violations = (answer.output as ICruiseResult).summary.violations.map((v) => ({ rule: v.rule.name, from: v.from }));
  }, 60_000);

  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it('covers every rule of the configuration', () => {
    expect(Object.keys(BROKEN).sort()).toEqual(
      configuration.forbidden.map((rule: { name: string }) => rule.name).sort(),
    );
  });

  it.each(Object.entries(BROKEN))('%s is reported when broken', (rule, [path]) => {
    expect(violations).toContainEqual({ rule, from: path });
  });

  it('leaves an import by the entry alone', () => {
    expect(violations.filter((v) => v.from === 'scripts/enters-by-entry.ts')).toEqual([]);
  });
});
