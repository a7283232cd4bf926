import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Outcome, refuse, succeed } from '@wherry/protocol';
import type { HostServices, WorkloadSpec } from '../port.ts';

/**
 * The secrets of a container as files of a file system in memory, which it sees read-only as /run/secrets; they are gone when it is. Not
 * in its environment, which the engine keeps on disk and shows to whoever asks it.
 */
export interface SecretFiles {
  /** Folder to be mounted. */
  readonly path: string;
  remove(): void;
}

export const SECRETS_MOUNT = '/run/secrets';

/** statfs(2). */
const IN_MEMORY: ReadonlySet<number> = new Set([0x0102_1994, 0x8584_58f6]);
const PREFIX = 'wherry-secrets-';

/** Null for a release that names no secrets. Code: start_failed. */
export function writeSecretFiles(
  { app, release }: WorkloadSpec,
  host: HostServices,
  places: readonly string[] = placesOf(process.env),
): Outcome<SecretFiles | null> {
  const names = Object.keys(release.capabilities.secrets ?? {});
  if (names.length === 0) return succeed(null);
  const place = places.find(isInMemory);
  if (place === undefined)
    return refuse('start_failed', `no file system in memory for the secrets of ${app}: mount a tmpfs as /dev/shm`);
  // Nobody but the agent's user comes through this folder; the engine mounts the one inside.
  const outer = mkdtempSync(join(place, `${PREFIX}${process.pid}-`));
  const remove = () => rmSync(outer, { recursive: true, force: true });
  try {
    const path = join(outer, 'files');
    mkdirSync(path);
    for (const name of names) {
      const value = host.secret?.(name) ?? null;
      if (value === null) continue;
      writeFileSync(join(path, name), value);
      value.fill(0);
      // Whoever the container runs as; it sees no others.
      chmodSync(join(path, name), 0o444);
    }
    chmodSync(path, 0o755);
    return succeed({ path, remove });
  } catch (error) {
    remove();
    return refuse('start_failed', `write the secrets of ${app}: ${(error as Error).message}`);
  }
}

/** What agents that were killed left behind. */
export function removeStraySecrets(places: readonly string[] = placesOf(process.env)): void {
  for (const place of places.filter(isInMemory))
    for (const name of readdirSync(place)) {
      const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length).split('-')[0]) : 0;
      if (!Number.isInteger(pid) || pid <= 0 || isAlive(pid)) continue;
      try {
        rmSync(join(place, name), { recursive: true, force: true });
      } catch {
        // Another user's.
      }
    }
}

function placesOf({ RUNTIME_DIRECTORY, XDG_RUNTIME_DIR }: NodeJS.ProcessEnv): string[] {
  return [RUNTIME_DIRECTORY, XDG_RUNTIME_DIR, '/dev/shm'].filter(
    (path) => path !== undefined && path !== '',
  ) as string[];
}

function isInMemory(path: string): boolean {
  try {
    return IN_MEMORY.has(statfsSync(path).type);
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
