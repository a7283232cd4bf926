import { chmodSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * All that the tests of one run put into the temporary folder lies in one folder there, which goes when the run ends. Its name is short:
 * sockets are made in it, and the path of a socket has at most 107 bytes (unix(7)).
 */
export function setup(): void {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'wherry-')));
  // As open as the one around it: brokers and engines give up their rights, and are to find what a test has made for them.
  chmodSync(folder, 0o1777);
  process.env.TMPDIR = folder;
  // Not at the teardown, at which the workers still live.
  process.once('exit', () => {
    const trouble = removeRunFolder(folder);
    if (trouble !== null) process.stderr.write(`${folder} is left: ${trouble}\n`);
  });
}

/** Answers why it is still there; null: it is gone. Where something is mounted nothing is removed: it may show anything of this machine. */
export function removeRunFolder(folder: string, mountinfo = readMountinfo()): string | null {
  const mounts = mountsIn(folder, mountinfo);
  if (mounts.length > 0) return `mounts in it: ${mounts.join(', ')}`;
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Mount points at or below a folder, by the fifth field of a line (proc_pid_mountinfo(5)). */
export function mountsIn(folder: string, mountinfo: string): string[] {
  const points = mountinfo.split('\n').map((line) => unescaped(line.split(' ')[4] ?? ''));
  return points.filter((point) => point === folder || point.startsWith(`${folder}/`));
}

/** Blanks and backslashes are written as three octal digits there. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** Tests mount things on Linux only. */
function readMountinfo(): string {
  return process.platform === 'linux' ? readFileSync('/proc/self/mountinfo', 'utf8') : '';
}
