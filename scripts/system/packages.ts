import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * Debian packages that tests and the demo use beside npm's. As root the missing ones are installed; otherwise they are named,
 * with what is skipped for lack of them. Under CI a missing one is an error.
 */
export interface SystemPackage {
  readonly name: string;
  /** A file that is there once the package is. */
  readonly provides: string;
  readonly usedFor: string;
  readonly neededBy: ReadonlySet<'demo' | 'test'>;
}

const both: ReadonlySet<'demo' | 'test'> = new Set(['demo', 'test']);
const test: ReadonlySet<'demo' | 'test'> = new Set(['test']);

export const SYSTEM_PACKAGES: readonly SystemPackage[] = [
  { name: 'docker.io', provides: '/usr/sbin/dockerd', usedFor: 'the container variant', neededBy: both },
  { name: 'podman', provides: '/usr/bin/podman', usedFor: 'the container variant in Podman', neededBy: test },
  { name: 'runc', provides: '/usr/sbin/runc', usedFor: 'the container variant in Podman', neededBy: test },
  {
    name: 'docker-registry',
    provides: '/usr/bin/docker-registry',
    usedFor: 'tests against a registry of others',
    neededBy: test,
  },
  {
    name: 'openssl',
    provides: '/usr/bin/openssl',
    usedFor: 'tests against a registry of others',
    neededBy: test,
  },
  { name: 'clang', provides: '/usr/bin/clang', usedFor: 'guests and container programs in C', neededBy: both },
  { name: 'libc6-dev', provides: '/usr/include/stdio.h', usedFor: 'container programs in C', neededBy: both },
  { name: 'lld', provides: '/usr/bin/wasm-ld', usedFor: 'guests in C', neededBy: both },
  { name: 'wasi-libc', provides: '/usr/include/wasm32-wasi/stdio.h', usedFor: 'guests in C', neededBy: both },
  {
    name: 'libclang-rt-14-dev-wasm32',
    provides: '/usr/lib/llvm-14/lib/clang/14.0.6/lib/wasi/libclang_rt.builtins-wasm32.a',
    usedFor: 'guests in C',
    neededBy: both,
  },
  { name: 'openssh-client', provides: '/usr/bin/ssh-agent', usedFor: 'signing with an SSH agent', neededBy: test },
  { name: 'mosquitto', provides: '/usr/sbin/mosquitto', usedFor: 'tests against a broker of others', neededBy: test },
  {
    name: 'mosquitto-clients',
    provides: '/usr/bin/mosquitto_pub',
    usedFor: 'tests against a broker of others',
    neededBy: test,
  },
  { name: 'chromium', provides: '/usr/bin/chromium', usedFor: 'tests of the dashboard', neededBy: test },
  {
    name: 'fonts-dejavu-core',
    provides: '/usr/share/fonts/truetype/dejavu',
    usedFor: 'screenshots of the dashboard',
    neededBy: test,
  },
  { name: 'systemd', provides: '/usr/lib/systemd/systemd', usedFor: 'the unit of the agent', neededBy: test },
  { name: 'qemu-user-static', provides: '/usr/bin/qemu-aarch64-static', usedFor: 'the arm64 archive', neededBy: test },
];

/** Installs what is missing for a purpose; returns the packages that are still missing. Prints what it does on stderr. */
export function ensureSystemPackages(purpose: 'demo' | 'test'): readonly SystemPackage[] {
  const missing = () => SYSTEM_PACKAGES.filter((p) => p.neededBy.has(purpose) && !existsSync(p.provides));
  const before = missing();
  if (before.length === 0) return [];
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    process.stderr.write(`Installing Debian packages: ${before.map((p) => p.name).join(' ')}\n`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (...args: string[]) =>
      spawnSync('apt-get', ['-q', ...args], { stdio: ['ignore', 2, 2], env }).status === 0;
    apt('update');
    apt('install', '-y', '--no-install-recommends', ...before.map((p) => p.name));
  }
  const after = missing();
  for (const p of after)
    process.stderr.write(`Missing Debian package ${p.name}: skipped is what needs it, ${p.usedFor}.\n`);
  return after;
}
