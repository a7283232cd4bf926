import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Release, release } from '@wherry/protocol';
import Docker from 'dockerode';
import type { WorkloadSpec } from '../src/runtimes/port.ts';

/** Images made from one static C program, and releases that run them. */
export interface ContainerImage {
  readonly imageId: string;
  readonly manifestDigest: string;
  readonly platform: string;
  readonly archivePath: string;
  readonly archive: { readonly digest: string; readonly sizeBytes: number };
}

export interface ContainerWorld {
  readonly dir: string;
  /** `options` are the builder's; `content` replaces the program. */
  image(options?: readonly string[], content?: string): ContainerImage;
  dispose(): void;
}

const BUILDER = resolve(import.meta.dirname, '../../scripts/container-image/build.ts');
const PROGRAM = resolve(import.meta.dirname, 'container/program.c');

export function makeContainerWorld(): ContainerWorld {
  const dir = mkdtempSync(join(tmpdir(), 'wherry-container-'));
  const binary = join(dir, 'program');
  runToEnd('cc', ['-static', '-O1', '-o', binary, PROGRAM]);
  let images = 0;
  return {
    dir,
    image(options = [], content) {
      images += 1;
      const file = content === undefined ? binary : join(dir, `content-${images}`);
      if (content !== undefined) writeFileSync(file, content);
      const archivePath = join(dir, `image-${images}.tar`);
      const printed = runToEnd(process.execPath, [BUILDER, '--binary', file, '--out', archivePath, ...options]);
      return { ...JSON.parse(printed), archivePath };
    },
    dispose: () => rmSync(dir, { recursive: true, force: true }),
  };
}

export function runToEnd(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? stderr}`);
  return stdout;
}

/** The parts of a release that a test changes. */
export interface SpecChanges extends Partial<Omit<Release, 'app' | 'limits' | 'health'>> {
  readonly app?: string;
  readonly command?: readonly string[];
  readonly image?: string;
  readonly platforms?: readonly string[];
  readonly limits?: Partial<Release['limits']>;
  readonly health?: Partial<Release['health']>;
  readonly settings?: Readonly<Record<string, string>>;
  readonly dataPath?: string;
  readonly releaseDigest?: string;
}

const MIB = 1024 * 1024;

export function containerSpec(image: ContainerImage, changes: SpecChanges = {}): WorkloadSpec {
  const { app = 'box', command, image: reference, platforms, settings, dataPath, releaseDigest, ...rest } = changes;
  const parsed = release.parse({
    app,
    version: '1.0.0',
    releaseCounter: 1,
    triggers: [{ on: 'start' }],
    capabilities: {},
    config: {},
    publishedAtMs: 0,
    ...rest,
    variants: [
      {
        kind: 'container',
        image: reference ?? image.imageId,
        archive: image.archive,
        platforms: platforms ?? [image.platform],
        ...(command ? { command } : {}),
        ...(rest.capabilities?.http ? { network: 'open' } : {}),
      },
    ],
    limits: { memoryBytes: 16 * MIB, cpuShare: 0.5, wallMs: 1_000, ...changes.limits },
    health: { afterMs: 0, everyMs: 2_000, failures: 3, soakMs: 0, ...changes.health },
  });
  const [variant] = parsed.variants;
  if (variant === undefined) throw new Error('a release has a variant');
  if (dataPath !== undefined) mkdirSync(dataPath, { recursive: true });
  return {
    app,
    release: parsed,
    releaseDigest: releaseDigest ?? `sha256:${'ab'.repeat(32)}`,
    variant,
    config: settings ?? {},
    artifactPath: image.archivePath,
    dataPath: dataPath ?? null,
  };
}

/** Asks the engine itself, as its owner would. */
export function ownerOf(socketPath: string): Docker {
  return new Docker({ socketPath });
}
