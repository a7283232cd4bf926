import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * A network of its own for a device: a namespace with one link to this machine, whose interface counts every byte on the wire,
 * headers and acknowledgements too. Needs root.
 */
export interface DeviceNetwork {
  /** Where this machine is, seen from the device. */
  readonly hostAddress: string;
  /** Begins a command that is to run inside. */
  readonly enter: readonly string[];
  /** Bytes both ways since the network was made. */
  wireBytes(): number;
  close(): void;
}

export function networkMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'counting bytes on the wire needs root, to make a network namespace';
  const tried = spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' });
  return tried.status === 0 ? undefined : 'counting bytes on the wire needs ip(8), Debian package iproute2';
}

export function openDeviceNetwork(): DeviceNetwork {
  const id = String(process.pid % 100_000);
  const [namespace, outside, inside] = [`wherry-${id}`, `whb${id}`, `whd${id}`];
  // 198.18.0.0/15 is for benchmarks (RFC 2544).
  const third = process.pid % 250;
  const [hostAddress, deviceAddress] = [`198.18.${third}.1`, `198.18.${third}.2`];
  const ip = (...args: string[]) => {
    const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr.trim()}`);
  };
  ip('netns', 'add', namespace);
  try {
    ip('link', 'add', outside, 'type', 'veth', 'peer', 'name', inside, 'netns', namespace);
    ip('addr', 'add', `${hostAddress}/24`, 'dev', outside);
    ip('link', 'set', outside, 'up');
    ip('-n', namespace, 'link', 'set', 'lo', 'up');
    ip('-n', namespace, 'addr', 'add', `${deviceAddress}/24`, 'dev', inside);
    ip('-n', namespace, 'link', 'set', inside, 'up');
    ip('-n', namespace, 'route', 'add', 'default', 'via', hostAddress);
  } catch (error) {
    ip('netns', 'del', namespace);
    throw error;
  }
  const count = (way: 'rx' | 'tx') => Number(readFileSync(`/sys/class/net/${outside}/statistics/${way}_bytes`, 'utf8'));
  return {
    hostAddress,
    enter: ['ip', 'netns', 'exec', namespace],
    wireBytes: () => count('rx') + count('tx'),
    // The link goes with its namespace.
    close: () => ip('netns', 'del', namespace),
  };
}
