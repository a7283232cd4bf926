import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { engineMissing, startEngine } from '@wherry/agent/testing/engine';
import { buildImage } from '../../container-image/image.ts';
import type { Program } from './programs.ts';

const OCI_ARCH: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64', arm: 'arm' };
const DOCKER = 'docker';

/** `docker run` of the same program in an image that holds nothing else: ms to its first output. A reason where no engine can be had. */
export async function measureContainers(
  { nativePath }: Program,
  folder: string,
  runs: number,
): Promise<{ readonly startMs: readonly number[] } | { readonly reason: string }> {
  const reason = engineMissing();
  if (reason !== undefined) return { reason };
  const engine = await startEngine();
  try {
    const host = ['-H', `unix://${engine.socketPath}`];
    const image = buildImage({
      binary: readFileSync(nativePath),
      architecture: OCI_ARCH[process.arch] ?? process.arch,
    });
    const archive = join(folder, 'image.tar');
    writeFileSync(archive, image.archive);
    const loaded = spawnSync(DOCKER, [...host, 'load', '-i', archive], { encoding: 'utf8' });
    if (loaded.status !== 0) return { reason: `docker load: ${loaded.stderr.trim()}` };
    const id = /sha256:[0-9a-f]{64}/.exec(loaded.stdout)?.[0] ?? image.imageId;
    const startMs: number[] = [];
    for (let run = 0; run < runs; run++) startMs.push(await runOnce([...host, 'run', '--rm', '--network', 'none', id]));
    return { startMs };
  } finally {
    await engine.stop();
  }
}

function runOnce(args: readonly string[]): Promise<number> {
  const beganMs = performance.now();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const client = spawn(DOCKER, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let firstMs: number | null = null;
  let said = '';
  client.stderr.on('data', (chunk: Buffer) => {
    firstMs ??= performance.now() - beganMs;
    said = (said + chunk).slice(-500);
  });
  client.once('error', reject);
  client.once('close', (code) => {
    if (code === 0 && firstMs !== null && said.startsWith('first')) resolve(firstMs);
    else reject(new Error(`docker run ended with ${code}: ${said}`));
  });
  return promise;
}
