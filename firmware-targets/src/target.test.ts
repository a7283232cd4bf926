import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTarget, TARGETS_ROOT, target, targetNames } from './target.ts';

const BINDINGS = join(TARGETS_ROOT, '../node_modules/better-sqlite3/prebuilds');
const rootPackage = JSON.parse(readFileSync(join(TARGETS_ROOT, '../package.json'), 'utf8'));

describe('targets', () => {
  it('are the ones that devices report', () => {
    expect(targetNames()).toEqual(['generic-arm64', 'generic-x64', 'raspberry-pi-64']);
  });

  it.each(targetNames())('%s is described, agrees with itself and with what is installed', (name) => {
    const described = readTarget(name);
    expect(described.name).toBe(name);
    expect(described.node.package).toBe(`node-linux-${described.arch}`);
    expect(described.node.version).toBe(rootPackage.devDependencies.node);
    expect(described.sqliteBinding).toBe(`linux-${described.arch}`);
    expect(existsSync(join(BINDINGS, `${described.sqliteBinding}.node`))).toBe(true);
    expect([described.machine, described.platform]).toEqual(
      described.arch === 'arm64' ? ['aarch64', 'linux/arm64'] : ['x86_64', 'linux/amd64'],
    );
  });

  it.each(targetNames())('%s has a page that names the commands which its archive holds', (name) => {
    const page = readFileSync(join(TARGETS_ROOT, name, 'README.md'), 'utf8');
    for (const needed of [`--target ${name}`, './install.sh', 'wherry-agent claim', 'systemctl', '--uninstall'])
      expect(page).toContain(needed);
  });

  it('are refused by name and by content', () => {
    expect(() => readTarget('../agent')).toThrow(/there is no target .*raspberry-pi-64/);
    const sound = readTarget('generic-x64');
    for (const wrong of [
      { ...sound, arch: 'mips' },
      { ...sound, node: { ...sound.node, integrity: 'sha1-abc' } },
      { ...sound, surplus: true },
      { ...sound, boards: [] },
    ])
      expect(target.safeParse(wrong).success).toBe(false);
  });
});
