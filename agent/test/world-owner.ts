import {
  customOfRelease,
  DIRECTOR_FIELD,
  FLOOR_FIELD,
  publisherPaths,
  publisherRole,
  type Release,
  releaseTargetPath,
} from '@wherry/protocol';
import { TestRepository } from '../src/trust/tuf/testing/repository.ts';
import { tufKeyOf } from '../src/trust/tuf/testing/signing.ts';
import type { Signer } from './signing.ts';

/** Whose keys say what may run in a world: its repository, and the release of it that devices fetch. */
export interface WorldOwner {
  readonly repository: TestRepository;
  /** Names a release in the role of its app, and publishes. */
  name(release: Release, bytes: Uint8Array): void;
  /** Takes it out again. */
  revoke(app: string, version: string): void;
  raiseFloor(app: string, counter: number): void;
  /** The next root, which names another director. */
  changeDirector(director: Signer): void;
}

export const TENANT = 'default';
/** Clocks of devices are set far off in tests. */
const NEVER = '2099-01-01T00:00:00Z';

export function makeOwner(director: Signer): WorldOwner {
  const repository = new TestRepository(NEVER);
  nameDirector(repository, director);
  repository.write('root');
  return {
    repository,
    name(release, bytes) {
      const role = publisherRole(TENANT, release.app);
      if (!repository.roles.has(role)) repository.delegate('targets', role, [...publisherPaths(TENANT, release.app)]);
      const path = releaseTargetPath(TENANT, release.app, release.version);
      repository.addTarget(role, path, bytes, customOfRelease(release));
      repository.publishTargets(role);
    },
    revoke(app, version) {
      const role = publisherRole(TENANT, app);
      delete repository.document(role).targets[releaseTargetPath(TENANT, app, version)];
      repository.publishTargets(role);
    },
    raiseFloor(app, counter) {
      repository.document('targets')[FLOOR_FIELD] = { [`${TENANT}/${app}`]: counter };
      repository.publishTargets();
    },
    changeDirector(next) {
      nameDirector(repository, next);
      repository.publish('root');
    },
  };
}

function nameDirector(repository: TestRepository, director: Signer): void {
  const { id, json } = tufKeyOf(Buffer.from(director.publicKey, 'base64'));
  repository.root.keys[id] = json;
  repository.root[DIRECTOR_FIELD] = { keyids: [id], threshold: 1 };
}
