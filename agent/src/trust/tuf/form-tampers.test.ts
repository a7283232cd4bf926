import { LATER } from './testing/repository.ts';
import { ROLE } from './testing/scene.ts';
import { makeTestKey } from './testing/signing.ts';
import { describeTampers, edit, type Tamper } from './testing/tamper.ts';

/** Metadata that too few have signed, or that can be read in more than one way. */
const UNSIGNED: readonly Tamper[] = [
  [
    'a changed timestamp',
    'arbitrary_software',
    (scene) => {
      scene.repository.publish('timestamp');
      edit(scene, 'timestamp.json', (text) => text.replace(LATER, '2027-09-01T00:00:00Z'));
    },
  ],
  [
    'targets signed by a stranger',
    'arbitrary_software',
    ({ repository }) => {
      repository.document('targets').version += 1;
      repository.write('targets', [makeTestKey()]);
      repository.publish('snapshot', 'timestamp');
    },
  ],
  [
    'a role signed by the publisher of another app',
    'arbitrary_software',
    ({ repository }) => {
      repository.document(ROLE).version += 1;
      repository.write(ROLE, repository.signers.get('pub.acme.camera'));
      repository.publish('snapshot', 'timestamp');
    },
  ],
  [
    'a snapshot signed with the key of the timestamp',
    'arbitrary_software',
    ({ repository }) => {
      repository.snapshot.version += 1;
      repository.write('snapshot', repository.signers.get('timestamp'));
      repository.publish('timestamp');
    },
  ],
  [
    'a threshold met by one key under two ids',
    'arbitrary_software',
    ({ repository }) => {
      const [key] = repository.signers.get('timestamp') ?? [];
      if (key === undefined) throw new Error('no key');
      const twin = { ...key, id: 'f'.repeat(64) };
      repository.root.keys[twin.id] = { ...key.json, keyval: { public: key.json.keyval.public.toUpperCase() } };
      repository.root.roles.timestamp = { keyids: [key.id, twin.id], threshold: 2 };
      repository.signers.set('timestamp', [key, twin]);
      repository.publish('root', 'timestamp');
    },
  ],
  [
    'a key of an unknown scheme',
    'arbitrary_software',
    ({ repository }) => {
      const [key] = repository.setKeys('timestamp', 1, 1);
      if (key === undefined) throw new Error('no key');
      repository.root.keys[key.id] = { ...key.json, scheme: 'none' };
      repository.publish('root', 'timestamp');
    },
  ],
  [
    'a key id that every object has',
    'arbitrary_software',
    ({ repository }) => {
      repository.root.roles.timestamp = { keyids: ['constructor'], threshold: 1 };
      repository.publish('root', 'timestamp');
    },
  ],
];

const MALFORMED: readonly Tamper[] = [
  [
    'a threshold met by one signature twice',
    'metadata_malformed',
    ({ repository }) => {
      const [key] = repository.signers.get('timestamp') ?? [];
      if (key === undefined) throw new Error('no key');
      repository.signers.set('timestamp', [key, key]);
      repository.publish('timestamp');
    },
  ],
  [
    'one key id twice in a role',
    'metadata_malformed',
    ({ repository }) => {
      const [id = ''] = repository.root.roles.snapshot.keyids;
      repository.root.roles.snapshot.keyids = [id, id];
      repository.publish('root');
    },
  ],
  [
    'a threshold of zero',
    'metadata_malformed',
    ({ repository }) => {
      repository.root.roles.targets.threshold = 0;
      repository.publish('root');
    },
  ],
  [
    'another kind of document in its place',
    'metadata_malformed',
    ({ repository }) => {
      repository.publish('timestamp');
      repository.files.set('timestamp.json', repository.file('2.snapshot.json'));
    },
  ],
  [
    'a key of JSON twice',
    'metadata_malformed',
    (scene) => edit(scene, 'timestamp.json', (text) => text.replace('"signed": {', '"signed": {"version": 9,')),
  ],
  [
    '__proto__',
    'metadata_malformed',
    (scene) =>
      edit(scene, 'timestamp.json', (text) => text.replace('"signed": {', '"signed": {"__proto__": {"version": 9},')),
  ],
  [
    'a member that nobody signed, where readers look past it',
    'metadata_malformed',
    (scene) => {
      scene.repository.publish('timestamp');
      edit(scene, 'timestamp.json', (text) => text.replace('"meta": {', '"meta": {"other.json": {"version": 1},'));
    },
  ],
  [
    'a number without bounds',
    'metadata_malformed',
    (scene) => edit(scene, 'timestamp.json', (text) => text.replace(/"version": \d+/, '"version": 1e309')),
  ],
  [
    'nesting without end',
    'metadata_malformed',
    (scene) =>
      edit(scene, 'timestamp.json', (text) =>
        text.replace('"signed": {', `"signed": {"x": ${'['.repeat(4000)}${']'.repeat(4000)},`),
      ),
  ],
  ['a cut file', 'metadata_malformed', (scene) => edit(scene, 'timestamp.json', (text) => text.slice(0, -3))],
  ['an empty file', 'metadata_malformed', ({ repository }) => repository.files.set('timestamp.json', new Uint8Array())],
  [
    'an expiry that is no time',
    'metadata_malformed',
    ({ repository }) => {
      repository.timestamp.expires = '1 Jan 2030';
      repository.publish('timestamp');
    },
  ],
  [
    'a version of zero',
    'metadata_malformed',
    ({ repository }) => {
      repository.timestamp.version = 0;
      repository.write('timestamp');
    },
  ],
  [
    'another major version of TUF',
    'metadata_malformed',
    ({ repository }) => {
      repository.timestamp.spec_version = '2.0.0';
      repository.publish('timestamp');
    },
  ],
  [
    'more signatures than anybody needs',
    'metadata_malformed',
    ({ repository }) => {
      const [key] = repository.signers.get('timestamp') ?? [];
      if (key === undefined) throw new Error('no key');
      const others = Array.from({ length: 64 }, (_, at) => ({ ...key, id: String(at).padStart(64, '0') }));
      repository.signers.set('timestamp', [key, ...others]);
      repository.publish('timestamp');
    },
  ],
  [
    'more keys than a role may have',
    'metadata_malformed',
    ({ repository }) => {
      const { delegations } = repository.document('targets');
      const entry = delegations?.roles.find(({ name }) => name === ROLE);
      for (let at = 0; at < 64; at += 1) entry?.keyids.push(String(at).padStart(64, '0'));
      repository.publishTargets();
    },
  ],
  [
    'a delegated role whose name no disk takes',
    'metadata_malformed',
    ({ repository }) => {
      repository.delegate('targets', 'x'.repeat(300), ['acme/other/*']);
      repository.publishTargets();
    },
  ],
  [
    'an endless timestamp',
    'endless_data',
    ({ repository }) => repository.files.set('timestamp.json', Buffer.alloc(16_385, ' ')),
  ],
  [
    'an endless root',
    'endless_data',
    ({ repository }) => repository.files.set('2.root.json', Buffer.alloc(512_001, ' ')),
  ],
];

describeTampers({ UNSIGNED, MALFORMED });
