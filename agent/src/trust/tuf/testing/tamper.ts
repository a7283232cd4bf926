import { describe, expect, it } from 'vitest';
import { makeSettledScene, PATH, ROLE, type Scene } from './scene.ts';

/**
 * What somebody without the owner's keys, or with some of them, may do to metadata, and the code with which a device refuses it.
 * Each begins with a device that has taken everything; a refusal leaves what it trusted as it was.
 */
export type Tamper = readonly [what: string, code: string, act: (scene: Scene) => void];

export function edit({ repository }: Scene, name: string, change: (text: string) => string): void {
  repository.files.set(name, Buffer.from(change(Buffer.from(repository.file(name)).toString())));
}

export function describeTampers(groups: Readonly<Record<string, readonly Tamper[]>>): void {
  describe.each(Object.entries(groups))('%s', (_, tampers) => {
    it.each(tampers)('%s: %s', (_what, code, act) => {
      const scene = makeSettledScene();
      const before = scene.device.trusted;
      act(scene);
      expect(scene.device.get(PATH)).toBe(code);
      const after = scene.device.trusted;
      expect(after.root.version).toBeGreaterThanOrEqual(before.root.version);
      expect(after.targets.get(ROLE)).toEqual(before.targets.get(ROLE));
    });
  });
}
