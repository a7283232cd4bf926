import { FSTFLAGS } from '../../wasi/layout.ts';
import { type Case, err, NONE, ok, some } from '../abi/values.ts';
import { Descriptor, FLAG, lookupOf } from './descriptor.ts';
import { DirectoryStream } from './directory-stream.ts';
import type { Interfaces } from './interfaces.ts';
import { FileFailure, type Preview1Files } from './preview1-files.ts';
import type { IoError } from './streams.ts';

/** A folder that the guest is given: its descriptor of preview 1, and the name under which it has it. */
export interface Preopen {
  readonly fd: number;
  readonly guest: string;
}

const ADVICE = ['normal', 'sequential', 'random', 'will-need', 'dont-need', 'no-reuse'];

/** wasi:filesystem. Without a data folder it is there, and empty. */
export function filesystemInterfaces(files: Preview1Files, preopens: readonly Preopen[]): Interfaces {
  const directories = () =>
    preopens.map(({ fd, guest }) => {
      const descriptor = new Descriptor(files, fd, FLAG.read | FLAG.mutate);
      // The folder itself stays open for as long as the guest runs.
      descriptor.keep();
      return [descriptor, guest];
    });
  return {
    'wasi:filesystem/preopens': { 'get-directories': directories },
    'wasi:filesystem/types': {
      'filesystem-error-code': ({ fileCode }: IoError) => (fileCode === null ? NONE : some(fileCode)),
      '[method]directory-entry-stream.read-directory-entry': (self: DirectoryStream) => answered(() => self.next()),
      ...named({ ...fileMethods(files), ...pathMethods(files) }),
    },
  };
}

function fileMethods(files: Preview1Files) {
  return {
    'read-via-stream': (self: Descriptor, offset: bigint) => answered(() => self.input(offset)),
    'write-via-stream': (self: Descriptor, offset: bigint) => answered(() => self.output(offset)),
    'append-via-stream': (self: Descriptor) => answered(() => self.output(null)),
    advise: (self: Descriptor, offset: bigint, length: bigint, advice: string) =>
      answered(() => files.call('fd_advise', self.fd, offset, length, ADVICE.indexOf(advice))),
    'sync-data': (self: Descriptor) => answered(() => files.call('fd_datasync', self.fd)),
    sync: (self: Descriptor) => answered(() => files.call('fd_sync', self.fd)),
    'get-flags': (self: Descriptor) =>
      answered(() => (self.type() === 'directory' ? self.flags | FLAG.mutate : self.flags)),
    'get-type': (self: Descriptor) => answered(() => self.type()),
    'set-size': (self: Descriptor, size: bigint) =>
      answered(() => files.call('fd_filestat_set_size', self.fd, BigInt.asIntN(64, size))),
    'set-times': (self: Descriptor, access: Case, modification: Case) =>
      answered(() => files.call('fd_filestat_set_times', self.fd, ...times(access, modification))),
    read: (self: Descriptor, length: bigint, offset: bigint) =>
      answered(() => {
        const bytes = self.read(Number(length), offset);
        return [bytes, bytes.length === 0 && length > 0n];
      }),
    write: (self: Descriptor, bytes: Uint8Array, offset: bigint) => answered(() => BigInt(self.write(bytes, offset))),
    'read-directory': (self: Descriptor) => answered(() => new DirectoryStream(self)),
    stat: (self: Descriptor) => answered(() => self.stat().record),
    'is-same-object': (self: Descriptor, other: Descriptor) => {
      const [a, b] = [self.stat(), other.stat()];
      return a.device === b.device && a.inode === b.inode;
    },
    'metadata-hash': (self: Descriptor) => answered(() => hash(self.stat())),
  };
}

function pathMethods(files: Preview1Files) {
  return {
    'create-directory-at': (self: Descriptor, path: string) =>
      answered(() => files.call('path_create_directory', self.fd, ...files.path(path))),
    'stat-at': (self: Descriptor, flags: number, path: string) => answered(() => self.statAt(flags, path).record),
    'set-times-at': (self: Descriptor, flags: number, path: string, access: Case, modification: Case) =>
      answered(() =>
        files.call(
          'path_filestat_set_times',
          self.fd,
          lookupOf(flags),
          ...files.path(path),
          ...times(access, modification),
        ),
      ),
    'link-at': (self: Descriptor, flags: number, path: string, to: Descriptor, newPath: string) =>
      answered(() =>
        files.call(
          'path_link',
          self.fd,
          lookupOf(flags),
          ...files.path(path),
          to.fd,
          ...files.path(newPath, 'otherPath'),
        ),
      ),
    'open-at': (self: Descriptor, pathFlags: number, path: string, openFlags: number, flags: number) =>
      answered(() => self.open(pathFlags, path, openFlags, flags)),
    'readlink-at': (self: Descriptor, path: string) =>
      answered(() => {
        files.call('path_readlink', self.fd, ...files.path(path), files.dataAt, 4096, files.resultAt);
        return new TextDecoder().decode(files.data(files.result().getUint32(0, true)));
      }),
    'remove-directory-at': (self: Descriptor, path: string) =>
      answered(() => files.call('path_remove_directory', self.fd, ...files.path(path))),
    'rename-at': (self: Descriptor, path: string, to: Descriptor, newPath: string) =>
      answered(() =>
        files.call('path_rename', self.fd, ...files.path(path), to.fd, ...files.path(newPath, 'otherPath')),
      ),
    'symlink-at': (self: Descriptor, target: string, path: string) =>
      answered(() => files.call('path_symlink', ...files.path(target, 'otherPath'), self.fd, ...files.path(path))),
    'unlink-file-at': (self: Descriptor, path: string) =>
      answered(() => files.call('path_unlink_file', self.fd, ...files.path(path))),
    'metadata-hash-at': (self: Descriptor, flags: number, path: string) =>
      answered(() => hash(self.statAt(flags, path))),
  };
}

function named<T>(methods: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(methods).map(([name, method]) => [`[method]descriptor.${name}`, method]));
}

/** What a call answers, or the code of its failure. */
function answered(work: () => unknown): Case {
  try {
    return ok(work());
  } catch (error) {
    if (error instanceof FileFailure) return err(error.code);
    throw error;
  }
}

/** `new-timestamp` twice, as preview 1 takes them. */
function times(access: Case, modification: Case): [bigint, bigint, number] {
  const flags =
    (access.tag === 'now' ? FSTFLAGS.atimNow : access.tag === 'timestamp' ? FSTFLAGS.atim : 0) |
    (modification.tag === 'now' ? FSTFLAGS.mtimNow : modification.tag === 'timestamp' ? FSTFLAGS.mtim : 0);
  return [nanoseconds(access), nanoseconds(modification), flags];
}

function nanoseconds({ tag, value }: Case): bigint {
  if (tag !== 'timestamp') return 0n;
  const { seconds, nanoseconds } = value as { seconds: bigint; nanoseconds: number };
  return BigInt.asUintN(64, seconds * 1_000_000_000n + BigInt(nanoseconds));
}

/** Says whether two names are one file; nothing else of it is told. */
function hash({ device, inode }: { readonly device: bigint; readonly inode: bigint }) {
  return { lower: inode, upper: device };
}
