import { describe, expect, it } from 'vitest';
import { makeSettledScene, PATH, type Scene } from './testing/scene.ts';
import { seal, type TestKey } from './testing/signing.ts';

/** Changes of hands: every way in which a root may be wrong, and recovery from stolen online keys. */
const keysOf = ({ repository }: Scene, role: string) => repository.signers.get(role) ?? [];

/** Root 2 with new keys, signed by whom the test says. */
function rotate(
  scene: Scene,
  choose: (old: readonly TestKey[], fresh: readonly TestKey[]) => readonly TestKey[],
): void {
  const old = keysOf(scene, 'root');
  const fresh = scene.repository.setKeys('root', 3, 2);
  scene.repository.root.version += 1;
  scene.repository.write('root', choose(old, fresh));
}

describe('roots', () => {
  it('signed by a threshold of both sides', () => {
    const scene = makeSettledScene();
    rotate(scene, (old, fresh) => [...old.slice(1), ...fresh.slice(1)]);
    expect(scene.device.get(PATH)).toBe('ok');
    expect(scene.device.trusted.root.version).toBe(2);
  });

  it.each<[string, Parameters<typeof rotate>[1]]>([
    ['the new keys only', (_, fresh) => fresh],
    ['the old keys only', (old) => old],
    ['one of the old keys, below the threshold', (old, fresh) => [...old.slice(2), ...fresh]],
    ['one of the new keys, below the threshold', (old, fresh) => [...old, ...fresh.slice(2)]],
    ['nobody', () => []],
  ])('signed by %s', (_, choose) => {
    const scene = makeSettledScene();
    rotate(scene, choose);
    expect(scene.device.get(PATH)).toBe('arbitrary_software');
    expect(scene.device.trusted.root.version).toBe(1);
  });

  it('a version left out', () => {
    const scene = makeSettledScene();
    scene.repository.root.version = 3;
    scene.repository.files.set('2.root.json', seal(scene.repository.root, keysOf(scene, 'root')));
    expect(scene.device.get(PATH)).toBe('root_gap');
  });

  it('a chain that leads through hands which only its own link knows', () => {
    const scene = makeSettledScene();
    rotate(scene, (old, fresh) => [...old, ...fresh]);
    const second = keysOf(scene, 'root');
    rotate(scene, (old, fresh) => [...old, ...fresh]);
    expect(second).not.toEqual(keysOf(scene, 'root'));
    expect(scene.device.get(PATH)).toBe('ok');
    expect(scene.device.trusted.root.version).toBe(3);
  });

  it('257 at once: what was reached stays, the rest comes with the next refresh', () => {
    const scene = makeSettledScene();
    for (let at = 0; at < 257; at += 1) scene.repository.publish('root');
    expect(scene.device.refresh()).toBe('too_many_roots');
    expect(scene.device.trusted.root.version).toBe(257);
    expect(scene.device.get(PATH)).toBe('ok');
    expect(scene.device.trusted.root.version).toBe(258);
  });

  it('an expired root is kept and nothing is taken under it', () => {
    const scene = makeSettledScene();
    scene.repository.root.expires = '2026-01-01T00:00:00Z';
    scene.repository.publish('root', 'timestamp');
    expect(scene.device.refresh()).toBe('freeze_attack');
    expect(scene.device.versions()).toEqual([2, 2, 2]);
  });
});

describe('recovery from stolen online keys', () => {
  it('versions driven up are forgotten with the keys that drove them', () => {
    const scene = makeSettledScene();
    const { repository, device } = scene;
    repository.snapshot.version = repository.timestamp.version = 2 ** 31;
    repository.publish('snapshot', 'timestamp');
    expect(device.get(PATH)).toBe('ok');
    repository.snapshot.version = repository.timestamp.version = 2;
    repository.publish('snapshot', 'timestamp');
    expect(device.get(PATH)).toBe('rollback_attack');
    repository.setKeys('timestamp', 1, 1);
    repository.setKeys('snapshot', 1, 1);
    repository.publish('root', 'snapshot', 'timestamp');
    expect(device.get(PATH)).toBe('ok');
    expect(device.versions()).toEqual([2, 4, 4]);
  });

  it('a key that is added takes nothing away: older versions stay refused', () => {
    const scene = makeSettledScene();
    const { repository, device } = scene;
    const [old] = keysOf(scene, 'timestamp');
    const [fresh] = repository.setKeys('timestamp', 1, 1);
    if (old === undefined || fresh === undefined) throw new Error('no key');
    repository.root.roles.timestamp.keyids = [old.id, fresh.id];
    repository.timestamp.version = 0;
    repository.publish('root', 'timestamp');
    expect(device.get(PATH)).toBe('rollback_attack');
  });
});
