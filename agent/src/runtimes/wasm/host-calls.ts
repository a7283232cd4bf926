import { closeSync, constants, fstatSync, fsyncSync, openSync, readlinkSync, realpathSync, symlinkSync } from 'node:fs';
import { type Capabilities, LIMITS } from '@wherry/protocol';
import type { HardwareClaim } from '../../hardware/claims.ts';
import { formatCgi } from '../../runner/cgi.ts';
import { type HostOperation, STATUS } from '../../runner/messages.ts';
import type { HostServices } from '../port.ts';
import { mayPublish } from './grants.ts';
import { isHardwareOperation, serveHardware } from './hardware-calls.ts';
import type { ServiceReply } from './service-reply.ts';

/**
 * What the agent does for a guest, after looking at the release's grants and the limits. The runner may have checked before; it
 * is not believed. Operations about triggers (`next`, `answer`) belong to the call in progress and are in instance.ts.
 */
export type ServiceOperation = Exclude<HostOperation, { op: 'next' } | { op: 'answer' }>;

export interface ServiceContext {
  readonly capabilities: Capabilities;
  readonly host: HostServices;
  /** Null when the release asks for no hardware. */
  readonly hardware: HardwareClaim | null;
  /** Folders that the guest has; a symbolic link may be made only below one of them. */
  readonly folders: readonly string[];
  readonly pid: number;
  readonly signal: AbortSignal;
  readonly traffic: { sentBytes: number; receivedBytes: number };
}

export async function serve(
  operation: ServiceOperation,
  tail: Uint8Array,
  context: ServiceContext,
): Promise<ServiceReply> {
  const { capabilities, host, traffic } = context;
  if (isHardwareOperation(operation)) return serveHardware(operation, tail, context.hardware, context.signal);
  switch (operation.op) {
    case 'publish': {
      if (tail.length > LIMITS.publishPayloadBytes) return { status: STATUS.invalid };
      if (!mayPublish(capabilities, operation.topic)) return { status: STATUS.denied };
      const { ok } = await host.publish(operation.topic, tail);
      if (ok) traffic.sentBytes += tail.length;
      return { status: ok ? STATUS.ok : STATUS.failed };
    }
    case 'kv_get': {
      if (capabilities.kv !== true) return { status: STATUS.denied };
      const value = host.kv.get(operation.key);
      return value === null ? { status: STATUS.absent } : { status: STATUS.ok, tail: value };
    }
    case 'kv_set':
      if (capabilities.kv !== true) return { status: STATUS.denied };
      if (!isKey(operation.key) || tail.length > LIMITS.kvValueBytes) return { status: STATUS.invalid };
      return { status: host.kv.set(operation.key, Uint8Array.from(tail)) ? STATUS.ok : STATUS.failed };
    case 'kv_delete':
      if (capabilities.kv !== true) return { status: STATUS.denied };
      host.kv.delete(operation.key);
      return { status: STATUS.ok };
    case 'secret_get': {
      if (!Object.hasOwn(capabilities.secrets ?? {}, operation.name)) return { status: STATUS.denied };
      const value = host.secret?.(operation.name) ?? null;
      return value === null ? { status: STATUS.absent } : { status: STATUS.ok, tail: value, isSecret: true };
    }
    case 'fetch':
      return fetchService(operation, tail, context);
    case 'sync':
      return { status: syncDescriptor(context, operation.fd) };
    case 'symlink':
      return { status: makeSymlink(context, operation) };
  }
}

function isKey(key: string): boolean {
  return key.length > 0 && Buffer.byteLength(key) <= LIMITS.kvKeyBytes;
}

async function fetchService(
  { method, url, headers }: Extract<HostOperation, { op: 'fetch' }>,
  body: Uint8Array,
  { capabilities, traffic, signal, host }: ServiceContext,
): Promise<ServiceReply> {
  if (body.length > LIMITS.httpBodyBytes) return { status: STATUS.invalid };
  const { fetchForGuest } = await import('./http-fetch.ts');
  const answer = await fetchForGuest({ method, url, headers, body }, capabilities, signal);
  if (!answer.ok) {
    const [problem] = answer.problems;
    host.log({ atMs: Date.now(), stream: 'log', level: 'warning', text: `http_fetch: ${problem?.message ?? ''}` });
    return { status: problem?.code === 'capability_denied' ? STATUS.denied : STATUS.failed };
  }
  traffic.sentBytes += body.length;
  traffic.receivedBytes += answer.value.body.length;
  return { status: STATUS.ok, tail: formatCgi(answer.value) };
}

/** Node's permission model takes fsync from the runner. Opening its descriptor anew reaches the same file, whatever its name is by now. */
function syncDescriptor({ pid, folders }: ServiceContext, fd: number): number {
  if (folders.length === 0) return STATUS.denied;
  return withFile(`/proc/${pid}/fd/${fd}`, constants.O_NONBLOCK, (file) => {
    const stat = fstatSync(file);
    if (stat.isFile() || stat.isDirectory()) fsyncSync(file);
    return STATUS.ok;
  });
}

function makeSymlink(
  { pid, folders }: ServiceContext,
  { fd, name, target }: Extract<HostOperation, { op: 'symlink' }>,
): number {
  if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name) || target.includes('\0'))
    return STATUS.invalid;
  return withFile(`/proc/${pid}/fd/${fd}`, constants.O_DIRECTORY, (folder) => {
    const path = readlinkSync(`/proc/self/fd/${folder}`);
    if (!folders.map((entry) => realpathSync(entry)).some((entry) => path === entry || path.startsWith(`${entry}/`)))
      return STATUS.denied;
    symlinkSync(target, `/proc/self/fd/${folder}/${name}`);
    return STATUS.ok;
  });
}

function withFile(path: string, flags: number, use: (fd: number) => number): number {
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_RDONLY | flags);
    return use(fd);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EEXIST' ? STATUS.absent : STATUS.failed;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
