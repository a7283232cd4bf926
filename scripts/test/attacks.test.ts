import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyTo } from '../attacks/altered-copy.ts';
import { attackNames, loadAttack } from '../attacks/catalogue.ts';
import { DEFENCES } from '../attacks/defences.ts';
import { ROOT } from '../fleet/paths.ts';

/** A dozen of the attacks against real agents, one of each kind; `npm run attacks` runs all of them. */
const DOZEN = [
  'climb-every-path-call',
  'symlink-then-open',
  'guess-descriptors',
  'disk-unlinked',
  'import-prototype',
  'memory-bomb',
  'loop-in-call',
  'keys-of-others',
  'topic-outside-grant',
  'redirect-out',
  'hostile-garbage',
  'hostile-theft',
];

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [resolve(ROOT, 'scripts/attacks/main.ts'), '--json', ...args],
    { encoding: 'utf8', timeout: 110_000 },
  );
  return { status, last: JSON.parse(stdout.trim().split('\n').at(-1) ?? 'null'), stderr };
}

describe('attacks', () => {
  it('none of a dozen gets out or takes the agent down', () => {
    const { status, last, stderr } = run(...DOZEN);
    expect(last, stderr).toEqual({ attacks: DOZEN.length, escaped: 0, agent_down: 0 });
    expect(status).toBe(0);
  });

  it('an attack succeeds once its defence is taken out of a copy', () => {
    const { status, last, stderr } = run('--without', 'store-by-app');
    expect(last, stderr).toEqual({ defence: 'store-by-app', attack: 'keys-of-others', bites: true });
    expect(status).toBe(0);
  });

  it('every defence names an attack that is there, and code that is there once', async () => {
    for (const { name, attack, replacements } of DEFENCES) {
      expect(attackNames(), name).toContain(attack);
      for (const replacement of replacements)
        expect(
          () => applyTo(readFileSync(resolve(ROOT, replacement.file), 'utf8'), replacement),
          `${name}: ${replacement.find}`,
        ).not.toThrow();
    }
  });

  it('every attack says what it tries, and the page about them names it', async () => {
    const page = readFileSync(resolve(ROOT, 'docs/specs/attacks.md'), 'utf8');
    for (const name of attackNames()) {
      const { tries, escape: seenBy } = await loadAttack(name);
      expect(Math.min(tries.length, seenBy.length), name).toBeGreaterThan(10);
      expect(page, `docs/specs/attacks.md names ${name}`).toContain(`\`${name}\``);
    }
    expect(existsSync(resolve(ROOT, 'scripts/attacks/hostile-runner.mjs'))).toBe(true);
  });
});
