import { readFileSync } from 'node:fs';
import { assemblyScript, packVersion } from '@wherry/agent/testing/stage';
import { AGENT_APP } from '@wherry/protocol';
import type { ControlPlane } from '../fleet/control-plane.ts';
import { createPublisher } from '../fleet/publisher.ts';

/** Releases of one program that says over HTTP which release it is; a bad one fails its health check. Signed here, sent through the API. */
export interface ReleaseMaker {
  /** For `wherry-agent claim --trust`. */
  readonly root: string;
  /** Answers with the version. */
  publish(app: string, counter: number, isBad: boolean): Promise<string>;
  /** A version of the agent, for whichever device wants it; a bad one never checks in. Answers with the version. */
  publishAgent(isBad: boolean): Promise<string>;
}

const PROGRAM = `
import { config, respond } from "@sdk";
export function onHttp(method: string, path: string, query: string, body: ArrayBuffer): ArrayBuffer {
  const version = config("VERSION");
  return respond(200, version === null ? "none" : version);
}
export function onHealth(): i32 { return config("ILL") == "yes" ? 1 : 0; }
`;

/** `scratch`: a folder in which archives are made. */
export async function openReleaseMaker(controlPlane: ControlPlane, scratch: string): Promise<ReleaseMaker> {
  // First: compiling stops everything for seconds, and connections that wait meanwhile are closed by the other side.
  const program = readFileSync(assemblyScript('torture', PROGRAM));
  const publisher = await createPublisher(controlPlane);
  let lastAgent: Promise<unknown> = Promise.resolve();
  let agents = 0;

  async function publishNext(isBad: boolean): Promise<string> {
    agents += 1;
    const version = `2.${agents}.0`;
    const archive = await publisher.upload(packVersion(scratch, version, isBad ? 'deaf' : 'sound'));
    await publisher.publish(agentReleaseOf(version, agents, archive));
    return version;
  }

  return {
    root: publisher.root,
    async publish(app, counter, isBad) {
      const version = `1.${counter}.0`;
      const module = await publisher.upload(labelled(program, `${app} ${version}`));
      await publisher.publish(releaseOf(app, version, counter, isBad, module));
      return version;
    },
    publishAgent(isBad) {
      // One after another: the counters of an app only grow.
      const published = lastAgent.then(() => publishNext(isBad));
      lastAgent = published.catch(() => {});
      return published;
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

function agentReleaseOf(version: string, releaseCounter: number, archive: object) {
  return {
    app: AGENT_APP,
    version,
    releaseCounter,
    variants: [{ kind: 'agent', target: 'generic-x64', archive }],
    triggers: [{ on: 'start' }],
    capabilities: {},
    limits: { memoryBytes: 16 * 1024 * 1024, cpuShare: 1, wallMs: 5_000 },
    health: HEALTH,
    config: {},
    publishedAtMs: 0,
  };
}

/** A custom section at the end: each release has a module of its own to download. */
function labelled(module: Buffer, label: string): Buffer {
  const name = Buffer.from(label);
  return Buffer.concat([module, Buffer.from([0, name.length + 1, name.length]), name]);
}
