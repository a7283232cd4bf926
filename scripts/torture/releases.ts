import { readFileSync } from 'node:fs';
import { assemblyScript } from '@wherry/agent/testing/stage';
import type { ControlPlane } from '../fleet/control-plane.ts';
import { createPublisher } from '../fleet/publisher.ts';

/** Releases of one program that says over HTTP which release it is; a bad one fails its health check. Signed here, sent through the API. */
export interface ReleaseMaker {
  /** SPKI DER, base64. */
  readonly publicKey: string;
  /** Answers with the version. */
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

export async function openReleaseMaker(controlPlane: ControlPlane): Promise<ReleaseMaker> {
  const publisher = await createPublisher(controlPlane, 'torture');
  const program = readFileSync(assemblyScript('torture', PROGRAM));
  return {
    publicKey: publisher.publicKey,
    async publish(app, counter, isBad) {
      const version = `1.${counter}.0`;
      const module = await publisher.upload(labelled(program, `${app} ${version}`));
      await publisher.publish(releaseOf(app, version, counter, isBad, module));
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

/** A custom section at the end: each release has a module of its own to download. */
function labelled(module: Buffer, label: string): Buffer {
  const name = Buffer.from(label);
  return Buffer.concat([module, Buffer.from([0, name.length + 1, name.length]), name]);
}
