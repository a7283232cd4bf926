import { createHash } from 'node:crypto';
import { OPERATIONS, type Operation, PATHS } from '@wherry/protocol';
import { digestOf, EMPTY_MODULE } from './publish-release.ts';
import { jsonRequest, SAMPLE_BODIES, samplePath } from './requests.ts';
import type { TestServer } from './start-test-server.ts';

/**
 * Everything that a tenant can ask for, made from the tables of the protocol: each operation, each path that is none, and each with an
 * operator's and a device's credentials. What is answered is kept as bytes, with only what must differ taken out.
 */
export interface Visitor {
  readonly tenant: string;
  readonly token: string;
  /** Credentials of a device of this tenant. */
  readonly bearer: string;
}
/** What belongs to somebody: things that are there, or ids of the same form that were never given out. */
export interface Things {
  readonly rollout: string;
  readonly operatorToken: string;
  readonly claimToken: string;
  readonly release: string;
}
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Request {
  readonly path: string;
  readonly init: RequestInit;
}
const get = (path: string): Request => ({ path, init: {} });
const BLOB = digestOf(EMPTY_MODULE);
const OTHER_BLOB = digestOf(Buffer.from('another'));

/** A path without its requests does not compile. Streams are not read here: they have no end. */
const WAYS: { readonly [K in keyof typeof PATHS]: (things: Things) => readonly Request[] } = {
  stream: () => [],
  deviceLogs: () => [get(PATHS.deviceLogs('pi-1')), get(PATHS.deviceLogs('.'))],
  blob: () => [
    { path: PATHS.blob(BLOB), init: { method: 'HEAD' } },
    get(PATHS.blob(BLOB)),
    { path: PATHS.blob(BLOB), init: { method: 'PUT', body: 'other bytes' } },
    { path: PATHS.blob(BLOB), init: { method: 'PUT', body: new Uint8Array(EMPTY_MODULE) } },
  ],
  oidcStart: () => [get(`${PATHS.oidcStart}?tenant=default`)],
  oidcCallback: () => [get(`${PATHS.oidcCallback}?state=x&code=x`)],
  claim: () => [{ path: PATHS.claim, init: { method: 'POST', body: '{}', headers: JSON_TYPE } }],
  authority: () => [get(PATHS.authority)],
  deviceCertificate: () => [
    { path: PATHS.deviceCertificate, init: { method: 'POST', body: '{}', headers: JSON_TYPE } },
  ],
  deviceDesired: () => [get(PATHS.deviceDesired)],
  deviceRelease: ({ release }) => [get(PATHS.deviceRelease(release))],
  deviceBlob: () => [
    get(PATHS.deviceBlob(BLOB)),
    { path: PATHS.deviceBlob(BLOB), init: { headers: { range: 'bytes=0-3' } } },
  ],
  deviceSecret: ({ release }) => [get(PATHS.deviceSecret(release))],
  deviceTuf: () =>
    ['timestamp.json', '1.root.json', '1.targets.json', 'pub.default.thermostat.json'].map((file) =>
      get(PATHS.deviceTuf(file)),
    ),
  deviceDelta: () => [get(PATHS.deviceDelta(OTHER_BLOB, BLOB))],
};
const JSON_TYPE = { 'content-type': 'application/json' };

/** Names that the owner uses too: they are as free as any other. */
const TAKEN: readonly [keyof typeof OPERATIONS, object][] = [
  ['createClaimToken', { device: 'pi-1', labels: {} }],
  ['createUser', { name: 'grace', role: 'viewer', password: 'moths in the relay' }],
  ['createOperatorToken', { name: 'owned-name', role: 'viewer' }],
  ['addTenant', { tenant: 'default' }],
];

/** One after the other, in the same order each time: by what was asked. */
export async function walk(server: TestServer, visitor: Visitor, things: Things): Promise<Map<string, Answer>> {
  const answers = new Map<string, Answer>();
  const ask = async (name: string, { path, init }: Request, token: string) => {
    // Another address each time: failures of one address are slowed down, which is another test.
    const headers = new Headers(init.headers);
    headers.set('x-forwarded-for', `${visitor.tenant}-${answers.size}`);
    const answer = await server.fetch(path, { ...init, headers, token });
    answers.set(`${name} ${answers.size}`, await keep(answer, visitor, things));
  };
  // Blobs first: to have one is to have uploaded it.
  for (const [name, requests] of Object.entries(WAYS))
    for (const request of requests(things))
      for (const [who, token] of [
        ['device', visitor.bearer],
        ['operator', visitor.token],
      ] as const)
        await ask(`${name} by ${who}`, request, token);
  for (const operation of Object.values<Operation>(OPERATIONS)) {
    if (operation.role === 'none') continue;
    const request = { path: samplePath(operation, idOf(operation, things)), init: bodyOf(operation) };
    await ask(operation.id, request, visitor.token);
    await ask(`${operation.id} by a device`, request, visitor.bearer);
  }
  for (const [id, body] of TAKEN) {
    const operation: Operation = OPERATIONS[id];
    await ask(
      `${id} of a taken name`,
      { path: samplePath(operation), init: jsonRequest(operation, body) },
      visitor.token,
    );
  }
  return answers;
}

function bodyOf(operation: Operation): RequestInit {
  const body = SAMPLE_BODIES[operation.id];
  if (operation.body && body === undefined) throw new Error(`${operation.id} needs a sample body`);
  return jsonRequest(operation, body);
}

function idOf({ id, path }: Operation, things: Things): Record<string, string> {
  if (!path.includes('{id}')) return {};
  if (path.startsWith('/rollouts/')) return { id: things.rollout };
  if (path.startsWith('/operator-tokens/')) return { id: things.operatorToken };
  if (path.startsWith('/claim-tokens/')) return { id: things.claimToken };
  throw new Error(`${id}: whose id is in ${path}?`);
}

/** What is different in any two answers: the moment, ids and signatures that are made anew, and the visitor's own name. */
async function keep(answer: Response, { tenant }: Visitor, things: Things): Promise<Answer> {
  const type = answer.headers.get('content-type') ?? '';
  const text = type.startsWith('text/event-stream') ? '' : await answer.text();
  await answer.body?.cancel().catch(() => undefined);
  const isProblem = answer.status >= 400;
  const own = [...Object.values(things), tenant];
  const plain = (value: string) => own.reduce((kept, one) => kept.replaceAll(one, '<own>'), value);
  const headers = Object.fromEntries(
    [...answer.headers]
      // Of a refusal every byte counts, and so does its length; other bodies hold numbers of different lengths.
      .filter(([name]) => !['date', 'x-request-id'].includes(name) && (isProblem || name !== 'content-length'))
      .map(([name, value]) => [name, plain(withoutMoments(value))]),
  );
  return { status: answer.status, headers, body: plain(withoutMoments(text)) };
}

function withoutMoments(text: string): string {
  return text
    .replace(/"(requestId)":"[^"]+"/g, '"$1":"<id>"')
    .replace(/"(sig|payload|publicKey|keyid|token)":"[^"]+"/g, '"$1":"<signed>"')
    .replace(/"(tookMs|\w*[aA]tMs|sizeBytes|version|length)":[\d.]+/g, '"$1":0')
    .replace(/\b[0-9a-f]{64}\b/g, '<hash>')
    .replace(/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/\b01[0-9a-hjkmnp-tv-z]{24}\b/g, '<id>');
}

/** Ids of the form that is given out, which nobody has. */
export const MISSING: Things = {
  rollout: '01hzzzzzzzzzzzzzzzzzzzzzzz',
  operatorToken: '01hzzzzzzzzzzzzzzzzzzzzzzy',
  claimToken: '01hzzzzzzzzzzzzzzzzzzzzzzx',
  release: `sha256:${createHash('sha256').update('no release').digest('hex')}`,
};
