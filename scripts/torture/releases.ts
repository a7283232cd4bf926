import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { assemblyScript } from '@wherry/agent/testing/stage';
import {
  addPublisherKey,
  canonicalBytes,
  PATHS,
  PAYLOAD_TYPES,
  preAuthenticationEncoding,
  publishRelease,
  toBase64,
} from '@wherry/protocol';
import type { ControlPlane } from '../fleet/control-plane.ts';

/** Releases of one program that says over HTTP which release it is; a bad one fails its health check. Signed here, sent through the API. */
export interface Publisher {
  /** SPKI DER, base64. */
  readonly publicKey: string;
  publish(app: string, counter: number, isBad: boolean): Promise<string>;
}

const PROGRAM = `
import { config, respond } from "@sdk";
export function onHttp(method: string, path: string, query: string, body: ArrayBuffer): ArrayBuffer {
  const version = config("VERSION");
  return respond(200, version === null ? "none" : version);
}
export function onHealth(): i32 { return config("ILL") == "yes" ? 1 : 0; }
`;

export async function openPublisher(controlPlane: ControlPlane): Promise<Publisher> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const { id } = await controlPlane.client.call(addPublisherKey, { body: { name: 'torture', key: spki } });
  const program = readFileSync(assemblyScript('torture', PROGRAM));
  return {
    publicKey: spki,
    async publish(app, counter, isBad) {
      const version = `1.${counter}.0`;
      const module = await upload(controlPlane, labelled(program, `${app} ${version}`));
      const payload = canonicalBytes(releaseOf(app, version, counter, isBad, module));
      await controlPlane.client.call(publishRelease, { body: seal(payload, id, privateKey) });
      return version;
    },
  };
}

const HEALTH = { afterMs: 0, everyMs: 100, failures: 2, soakMs: 200 };

function releaseOf(app: string, version: string, releaseCounter: number, isBad: boolean, module: object) {
  return {
    app,
    version,
    releaseCounter,
    variants: [{ kind: 'wasm', abi: 'assemblyscript', module }],
    triggers: [{ on: 'http', path: '/version', methods: ['GET'] }],
    capabilities: {},
    limits: { memoryBytes: 16 * 1024 * 1024, cpuShare: 1, wallMs: 5_000 },
    health: HEALTH,
    config: {
      VERSION: { type: 'string', default: version },
      ILL: { type: 'string', default: isBad ? 'yes' : 'no' },
    },
    publishedAtMs: 0,
  };
}

function seal(payload: Uint8Array, keyid: string, key: KeyObject) {
  const sig = sign(null, preAuthenticationEncoding(PAYLOAD_TYPES.release, payload), key).toString('base64');
  return { payloadType: PAYLOAD_TYPES.release, payload: toBase64(payload), signatures: [{ keyid, sig }] };
}

/** A custom section at the end: each release has a module of its own to download. */
function labelled(module: Buffer, label: string): Buffer {
  const name = Buffer.from(label);
  return Buffer.concat([module, Buffer.from([0, name.length + 1, name.length]), name]);
}

async function upload({ http, token }: ControlPlane, bytes: Buffer): Promise<{ digest: string; sizeBytes: number }> {
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const answer = await fetch(http + PATHS.blob(digest), {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
    body: new Uint8Array(bytes),
  });
  if (!answer.ok) throw new Error(`upload a blob: ${answer.status} ${await answer.text()}`);
  return { digest, sizeBytes: bytes.length };
}
