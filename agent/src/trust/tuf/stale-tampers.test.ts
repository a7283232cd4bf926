import { OTHER_ROLE, PATH, ROLE } from './testing/scene.ts';
import { seal } from './testing/signing.ts';
import { describeTampers, edit, type Tamper } from './testing/tamper.ts';

/** Old, doubled and mixed metadata, all of it signed by whom it should be. */
const PAST = '2026-05-01T00:00:00Z';
const OTHERWISE = '2026-10-01T00:00:00Z';

const EXPIRED: readonly Tamper[] = (['root', 'timestamp', 'snapshot', 'targets', ROLE] as const).map((role) => [
  `${role} has expired`,
  'freeze_attack',
  ({ repository }) => {
    const document =
      role === 'root' || role === 'timestamp' || role === 'snapshot' ? repository[role] : repository.document(role);
    document.expires = PAST;
    const above = { root: [], timestamp: [], snapshot: ['timestamp'], targets: ['snapshot', 'timestamp'] };
    repository.publish(role, ...(role in above ? above[role as 'root'] : ['targets', 'snapshot', 'timestamp']));
  },
]);

const EXPIRED_SINCE: readonly Tamper[] = [
  [
    'a snapshot that lies there has expired under a new timestamp',
    'freeze_attack',
    ({ repository, device }) => {
      repository.snapshot.expires = '2026-07-01T00:00:00Z';
      repository.publish('snapshot', 'timestamp');
      device.refresh();
      repository.publish('timestamp');
      device.nowMs = Date.parse('2026-07-02T00:00:00Z');
    },
  ],
];

const LOWERED: readonly Tamper[] = [
  [
    'an older timestamp',
    'rollback_attack',
    ({ repository }) => {
      repository.timestamp.version = 1;
      repository.write('timestamp');
    },
  ],
  [
    'a timestamp that names an older snapshot',
    'rollback_attack',
    ({ repository }) => {
      repository.timestamp.meta['snapshot.json'] = { version: 1 };
      repository.publish('timestamp');
    },
  ],
  [
    'a timestamp that names an older snapshot of the same files',
    'rollback_attack',
    ({ repository, device }) => {
      const before = repository.timestamp.meta['snapshot.json'] as { version: number };
      repository.publish('snapshot', 'timestamp');
      device.refresh();
      repository.timestamp.meta['snapshot.json'] = before;
      repository.publish('timestamp');
    },
  ],
  [
    'a snapshot that names older targets',
    'rollback_attack',
    ({ repository }) => {
      repository.snapshot.meta['targets.json'] = { version: 1 };
      repository.publish('snapshot', 'timestamp');
    },
  ],
  [
    'a snapshot that names an older delegated role',
    'rollback_attack',
    ({ repository }) => {
      repository.snapshot.meta[`${ROLE}.json`] = { version: 1 };
      repository.publish('snapshot', 'timestamp');
    },
  ],
  [
    'an older root under the next number',
    'rollback_attack',
    ({ repository, device }) => {
      repository.publish('root');
      device.refresh();
      repository.files.set('3.root.json', repository.file('1.root.json'));
    },
  ],
  [
    'a snapshot that has dropped a role',
    'rollback_attack',
    ({ repository }) => {
      delete repository.snapshot.meta[`${ROLE}.json`];
      repository.publish('snapshot', 'timestamp');
    },
  ],
  [
    'a snapshot that has dropped the role of another app',
    'rollback_attack',
    ({ repository }) => {
      delete repository.snapshot.meta[`${OTHER_ROLE}.json`];
      repository.publish('snapshot', 'timestamp');
    },
  ],
];

const EQUIVOCAL: readonly Tamper[] = [
  [
    'the snapshot changed at its version',
    'equivocation',
    ({ repository }) => {
      repository.snapshot.expires = OTHERWISE;
      repository.write('snapshot');
      repository.publish('timestamp');
    },
  ],
  [
    'targets changed at their version',
    'equivocation',
    ({ repository }) => {
      repository.document('targets').expires = OTHERWISE;
      repository.write('targets');
      repository.publish('snapshot', 'timestamp');
    },
  ],
  [
    'a delegated role changed at its version',
    'equivocation',
    ({ repository }) => {
      repository.addTarget(ROLE, PATH, Buffer.from('other'));
      repository.write(ROLE);
      repository.publish('snapshot', 'timestamp');
    },
  ],
  [
    'the root changed at its version',
    'equivocation',
    ({ repository }) => {
      repository.root.expires = OTHERWISE;
      repository.files.set('2.root.json', seal(repository.root, repository.signers.get('root') ?? []));
    },
  ],
];

const MIXED: readonly Tamper[] = [
  [
    'the timestamp of today with the snapshot of yesterday',
    'mix_and_match',
    ({ repository }) => {
      const old = repository.file('2.snapshot.json');
      repository.publishTargets();
      repository.files.set('3.snapshot.json', old);
    },
  ],
  [
    'yesterday’s snapshot, where the timestamp gives no digest',
    'mix_and_match',
    ({ repository }) => {
      const old = repository.file('2.snapshot.json');
      repository.withHashes = false;
      repository.publishTargets();
      repository.files.set('3.snapshot.json', old);
    },
  ],
  [
    'the snapshot of today with the targets of yesterday',
    'mix_and_match',
    ({ repository }) => {
      const old = repository.file('2.targets.json');
      repository.publishTargets();
      repository.files.set('3.targets.json', old);
    },
  ],
  [
    'yesterday’s targets, where the snapshot gives no digest',
    'mix_and_match',
    ({ repository }) => {
      const old = repository.file('2.targets.json');
      repository.withHashes = false;
      repository.publishTargets();
      repository.files.set('3.targets.json', old);
    },
  ],
  [
    'another snapshot of the version that the timestamp names',
    'mix_and_match',
    ({ repository }) => {
      repository.publishTargets();
      const other = { ...repository.snapshot, expires: OTHERWISE };
      repository.files.set('3.snapshot.json', seal(other, repository.signers.get('snapshot') ?? []));
    },
  ],
  [
    'another delegated role of the version that the snapshot names',
    'mix_and_match',
    ({ repository }) => {
      repository.publishTargets(ROLE);
      const { version } = repository.document(ROLE);
      const other = { ...repository.document(ROLE), expires: OTHERWISE };
      repository.files.set(`${version}.${ROLE}.json`, seal(other, repository.signers.get(ROLE) ?? []));
    },
  ],
  [
    'a named snapshot that is not there',
    'mix_and_match',
    ({ repository }) => {
      repository.publishTargets();
      repository.files.delete('3.snapshot.json');
    },
  ],
  [
    'a digest that nobody can check',
    'mix_and_match',
    ({ repository }) => {
      repository.publishTargets(ROLE);
      repository.snapshot.meta[`${ROLE}.json`] = { version: 2, hashes: { md5: '0'.repeat(32) } };
      repository.publish('snapshot', 'timestamp');
    },
  ],
  [
    'metadata of another length than was signed',
    'mix_and_match',
    (scene) => {
      scene.repository.publishTargets();
      edit(scene, '3.targets.json', (text) => text.replaceAll('\n ', '\n'));
    },
  ],
  [
    'metadata of another length, where no digest is given',
    'mix_and_match',
    ({ repository }) => {
      repository.withHashes = false;
      repository.publishTargets();
      const { version } = repository.document('targets');
      const length = repository.file(`${version}.targets.json`).length + 1;
      repository.snapshot.meta['targets.json'] = { version, length };
      repository.publish('snapshot', 'timestamp');
    },
  ],
];

describeTampers({ EXPIRED, EXPIRED_SINCE, LOWERED, EQUIVOCAL, MIXED });
