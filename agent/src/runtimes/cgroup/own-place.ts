import { accessSync, constants, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where this process is in the cgroup hierarchies of this machine (cgroups(7), proc_pid_mountinfo(5)). */
export interface OwnPlace {
  /** Folder of its cgroup in the one hierarchy of version 2, where that is mounted. */
  readonly unified: string | null;
  /** Folder of its cgroup for each controller of version 1. */
  readonly controllers: ReadonlyMap<string, string>;
}

export function findOwnPlace(
  mountinfo: string = readFileSync('/proc/self/mountinfo', 'utf8'),
  cgroup: string = readFileSync('/proc/self/cgroup', 'utf8'),
): OwnPlace {
  const paths = new Map<string, string>();
  for (const line of cgroup.trim().split('\n')) {
    const [, names = '', ...rest] = line.split(':');
    for (const name of names.split(',')) paths.set(name, rest.join(':'));
  }
  let unified: string | null = null;
  const controllers = new Map<string, string>();
  for (const { type, root, mount, options } of mountinfo.trim().split('\n').map(readMount)) {
    if (type === 'cgroup2') unified ??= below(mount, root, paths.get(''));
    if (type !== 'cgroup') continue;
    for (const name of options) {
      const folder = below(mount, root, paths.get(name));
      if (folder !== null) controllers.set(name, folder);
    }
  }
  return { unified, controllers };
}

function readMount(line: string) {
  const [before = '', after = ''] = line.split(' - ');
  const [, , , root = '/', mount = ''] = before.split(' ');
  const [type = '', , options = ''] = after.split(' ');
  return { type, root, mount, options: options.split(',') };
}

/** In a container only a part of the hierarchy is mounted, and the process sees its path in that part or in the whole. */
function below(mount: string, root: string, path: string | undefined): string | null {
  if (path === undefined) return null;
  const isWhole = root !== '/' && (path === root || path.startsWith(`${root}/`));
  return join(mount, isWhole ? path.slice(root.length) : path);
}

/**
 * Is the agent's own cgroup its to divide? An ordinary user can write only what a service manager has given it; what root can write
 * says nothing, so a root agent is told by its configuration.
 */
export function isDelegated(): boolean {
  const { unified } = findOwnPlace();
  if (unified === null || process.getuid?.() === 0) return false;
  try {
    for (const name of ['cgroup.procs', 'cgroup.subtree_control']) accessSync(join(unified, name), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
