import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Attacker, MOVES } from './testing/attacker.ts';
import { codeOf, TestDevice } from './testing/device.ts';
import { makeScene, OTHER_PATH, PATH, ROLE } from './testing/scene.ts';

/**
 * Whatever a network does with up to 50 forged, replayed, truncated, swapped or missing files, also with the online keys in its hands:
 * a device finds no target that the owner's keys do not name, and without those keys nothing that it trusts goes back.
 */
const move = fc.record({ do: fc.constantFrom(...MOVES), at: fc.nat(10_000), from: fc.nat(10_000) });
const seen = new Set<string>();

it('no target is found that the owner’s keys do not name', { timeout: 120_000 }, () => {
  const property = fc.property(
    fc.array(move, { minLength: 5, maxLength: 50 }),
    fc.boolean(),
    (moves, hasOnlineKeys) => {
      const { repository } = makeScene();
      const attacker = new Attacker({ repository });
      const device = new TestDevice(repository.file('1.root.json'), attacker.serve);
      const named = new Set<string>();
      const note = () => {
        for (const document of repository.roles.values())
          for (const [path, { hashes }] of Object.entries(document.targets)) named.add(`${path} ${hashes.sha256}`);
      };
      note();
      for (const next of moves) {
        if (next.do === 'sign-online' && !hasOnlineKeys) continue;
        if (next.do === 'publish') {
          repository.addTarget(ROLE, PATH, Buffer.from(`release ${next.at}`));
          repository.publishTargets(ROLE);
          note();
          attacker.watch();
        } else attacker.move(next);
        const before = device.versions();
        seen.add(device.refresh());
        for (const path of [PATH, OTHER_PATH]) {
          const found = device.search(path);
          seen.add(codeOf(found));
          if (found.ok) expect(named).toContain(`${path} ${found.value.hashes.sha256}`);
        }
        device.versions().forEach((version, at) => {
          expect(version ?? 0).toBeGreaterThanOrEqual(before[at] ?? 0);
        });
      }
      return true;
    },
  );
  fc.assert(property, { numRuns: 60 });
  for (const code of ['ok', 'arbitrary_software', 'metadata_malformed', 'rollback_attack', 'mix_and_match'])
    expect(seen).toContain(code);
});
