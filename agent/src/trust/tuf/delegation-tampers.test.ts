import { describe, expect, it } from 'vitest';
import { TestDevice } from './testing/device.ts';
import { emptyTargets, TestRepository } from './testing/repository.ts';
import { CONTENT, makeScene, makeSettledScene, OTHER_PATH, PATH, ROLE } from './testing/scene.ts';
import { makeTestKey } from './testing/signing.ts';

/** Who may name what: delegations that lead astray, and what a search makes of them. */
function makeTree() {
  const repository = new TestRepository();
  const device = new TestDevice(repository.file('1.root.json'), (name) => repository.files.get(name));
  const publish = () => repository.publishTargets(...[...repository.roles.keys()].filter((role) => role !== 'targets'));
  return { repository, device, publish };
}
const open = { terminating: false };

describe('delegations', () => {
  it('a role names a target outside of its paths: it is not found', () => {
    const { repository, device } = makeScene();
    repository.addTarget(ROLE, 'acme/lock/1.0.0.json', CONTENT);
    repository.publishTargets(ROLE);
    expect(device.get('acme/lock/1.0.0.json')).toBe('target_unknown');
    expect(device.get(PATH)).toBe('ok');
  });

  it('a role hands on more than it has: only what all on the way may name is found', () => {
    const { repository, device, publish } = makeTree();
    repository.delegate('targets', 'a', ['acme/*'], open);
    repository.delegate('a', 'b', ['acme/*', 'other/*'], open);
    repository.addTarget('b', 'acme/x', CONTENT);
    repository.addTarget('b', 'other/x', CONTENT);
    publish();
    expect(device.get('acme/x')).toBe('ok');
    expect(device.find('other/x')).toBe('target_unknown');
    expect(device.search('acme/x')).toMatchObject({ value: { roles: ['targets', 'a', 'b'] } });
  });

  it('a role of one name under two delegators answers to the keys of the one that is asked', () => {
    const { repository, device, publish } = makeTree();
    repository.delegate('targets', 'parent-a', ['team-a/*'], open);
    repository.delegate('targets', 'parent-b', ['team-b/*'], open);
    const key = repository.delegate('parent-a', 'release', ['team-a/*'], open);
    repository.delegate('parent-b', 'release', ['team-b/*'], open);
    repository.signers.set('release', [key]);
    repository.addTarget('release', 'team-a/x', CONTENT);
    repository.addTarget('release', 'team-b/x', CONTENT);
    publish();
    expect(device.get('team-a/x')).toBe('ok');
    expect(device.find('team-b/x')).toBe('arbitrary_software');
  });

  it('two ways to one role are refused', () => {
    const { repository, device, publish } = makeTree();
    repository.delegate('targets', 'a', ['*'], open);
    repository.delegate('targets', 'b', ['*'], open);
    repository.delegate('a', 'c', ['*'], open);
    repository.delegate('b', 'c', ['*'], open);
    publish();
    expect(device.get('x')).toBe('delegation_diamond');
  });

  it('a way back is refused', () => {
    const { repository, device, publish } = makeTree();
    repository.delegate('targets', 'a', ['*'], open);
    repository.delegate('a', 'b', ['*'], open);
    repository.delegate('b', 'a', ['*'], open);
    publish();
    expect(device.get('x')).toBe('delegation_cycle');
  });

  it('33 roles one below the other are too many, 32 are not', () => {
    for (const [depth, code] of [
      [32, 'ok'],
      [33, 'too_many_delegations'],
    ] as const) {
      const { repository, device, publish } = makeTree();
      for (let at = 1; at <= depth; at += 1)
        repository.delegate(at === 1 ? 'targets' : `r${at - 1}`, `r${at}`, ['*'], open);
      repository.addTarget(`r${depth}`, 'x', CONTENT);
      publish();
      expect(device.get('x')).toBe(code);
    }
  });

  it('behind a terminating delegation nobody else is asked', () => {
    const { repository, device, publish } = makeTree();
    repository.delegate('targets', 'a', ['acme/*']);
    repository.delegate('targets', 'b', ['*/*'], open);
    repository.addTarget('b', 'acme/x', CONTENT);
    publish();
    expect(device.get('acme/x')).toBe('target_unknown');
    expect(device.asked).not.toContain('1.b.json');
  });

  it('a terminating delegation further down ends what waits above too', () => {
    const { repository, device, publish } = makeTree();
    repository.delegate('targets', 'a', ['acme/*'], open);
    repository.delegate('targets', 'b', ['*/*'], open);
    repository.delegate('a', 'c', ['acme/*']);
    repository.addTarget('b', 'acme/x', CONTENT);
    publish();
    expect(device.get('acme/x')).toBe('target_unknown');
    expect(device.asked).not.toContain('1.b.json');
  });

  it('a role that the snapshot does not list is not even fetched', () => {
    const { repository, device, publish } = makeTree();
    repository.delegate('targets', 'a', ['*']);
    publish();
    delete repository.snapshot.meta['a.json'];
    repository.publish('snapshot', 'timestamp');
    expect(device.get('x')).toBe('mix_and_match');
    expect(device.asked).not.toContain('1.a.json');
  });

  it('one name twice, a top-level name, and hash bins are refused as metadata', () => {
    for (const name of ['a', 'snapshot'] as const) {
      const { repository, device, publish } = makeTree();
      repository.delegate('targets', 'a', ['x/*']);
      const [entry] = repository.document('targets').delegations?.roles ?? [];
      if (entry !== undefined) repository.document('targets').delegations?.roles.push({ ...entry, name });
      publish();
      expect(device.refresh()).toBe('metadata_malformed');
    }
    const { repository, device, publish } = makeTree();
    const key = makeTestKey();
    Object.assign(repository.document('targets'), {
      delegations: {
        keys: { [key.id]: key.json },
        succinct_roles: { keyids: [key.id], threshold: 1, bit_length: 8, name_prefix: 'bin' },
      },
    });
    publish();
    expect(device.refresh()).toBe('metadata_malformed');
  });

  it('a revoked publisher names nothing any more, and others go on', () => {
    const { repository, device } = makeSettledScene();
    const delegations = repository.document('targets').delegations;
    if (delegations === undefined) throw new Error('no delegations');
    delegations.roles = delegations.roles.filter(({ name }) => name !== ROLE);
    repository.publishTargets();
    expect(device.get(PATH)).toBe('target_unknown');
    expect(device.get(OTHER_PATH)).toBe('ok');
  });

  it('a publisher whose key was replaced is believed with the new key only', () => {
    const { repository, device } = makeSettledScene();
    const delegations = repository.document('targets').delegations;
    const entry = delegations?.roles.find(({ name }) => name === ROLE);
    const key = makeTestKey();
    if (delegations === undefined || entry === undefined) throw new Error('no delegation');
    delegations.keys[key.id] = key.json;
    entry.keyids = [key.id];
    repository.publishTargets();
    expect(device.get(PATH)).toBe('arbitrary_software');
    repository.signers.set(ROLE, [key]);
    repository.publishTargets(ROLE);
    expect(device.get(PATH)).toBe('ok');
  });

  it.each(['../x', '/x', 'a/../x', 'a\\x', '%2e%2e/x'])('%j is not looked for, whoever names it', (path) => {
    const { repository, device } = makeTree();
    repository.roles.set('targets', { ...emptyTargets(), version: 1 });
    repository.addTarget('targets', path, CONTENT);
    repository.publishTargets();
    expect(device.get(path)).toBe('path_escape');
  });
});
