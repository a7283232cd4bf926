import { FILE_TYPE } from '../../wasi/layout.ts';
import { type Case, NONE, some } from '../abi/values.ts';
import type { Descriptor } from './descriptor.ts';
import { DATA_BYTES } from './preview1-files.ts';

/** `directory-entry-stream`: the names in a directory, read part by part through a descriptor of its own. */
const DIRENT_BYTES = 24;
const DIRECTORY = 2;

export class DirectoryStream {
  readonly #directory: Descriptor;
  #cookie = 0n;
  #part = new Uint8Array(0);

  constructor(directory: Descriptor) {
    this.#directory = directory.open(0, '.', DIRECTORY, 0);
  }

  next(): Case {
    for (;;) {
      const entry = this.#take() ?? (this.#fill() ? this.#take() : null);
      if (entry === null) return NONE;
      if (entry.name !== '.' && entry.name !== '..') return some(entry);
    }
  }

  drop(): void {
    this.#directory.drop();
  }

  #fill(): boolean {
    const { files, fd } = this.#directory;
    files.call('fd_readdir', fd, files.dataAt, DATA_BYTES, this.#cookie, files.resultAt);
    this.#part = new Uint8Array(files.data(files.result().getUint32(0, true)));
    return this.#part.length > 0;
  }

  /** The next whole entry of the part; the last one may be cut, and is then read again with the next part. */
  #take(): { readonly type: string; readonly name: string } | null {
    if (this.#part.length < DIRENT_BYTES) return null;
    const view = new DataView(this.#part.buffer, this.#part.byteOffset, DIRENT_BYTES);
    const length = DIRENT_BYTES + view.getUint32(16, true);
    if (this.#part.length < length) return null;
    const name = new TextDecoder().decode(this.#part.subarray(DIRENT_BYTES, length));
    this.#cookie = view.getBigUint64(0, true);
    this.#part = this.#part.subarray(length);
    const types: Readonly<Record<number, string>> = {
      [FILE_TYPE.directory]: 'directory',
      [FILE_TYPE.regularFile]: 'regular-file',
      [FILE_TYPE.symbolicLink]: 'symbolic-link',
    };
    return { type: types[view.getUint8(20)] ?? 'unknown', name };
  }
}
