import { Status, address, hostKvDelete, hostKvGet, hostKvSet, utf8 } from "./host";

/** A small store of this app, kept over restarts and updates. Needs `capabilities: { kv: true }`. */
export namespace kv {
  /** The value of a key, or null when there is none. */
  export function getBytes(key: string): ArrayBuffer | null {
    const name = utf8(key);
    let buffer = new ArrayBuffer(256);
    let length = hostKvGet(address(name), name.byteLength, address(buffer), buffer.byteLength);
    if (length > buffer.byteLength) {
      buffer = new ArrayBuffer(length);
      length = hostKvGet(address(name), name.byteLength, address(buffer), buffer.byteLength);
    }
    return length < 0 ? null : buffer.slice(0, length);
  }

  export function get(key: string): string | null {
    const value = getBytes(key);
    return value === null ? null : String.UTF8.decode(value);
  }

  /** False when the value is too long, the store is full, or kv was not granted. */
  export function setBytes(key: string, value: ArrayBuffer): bool {
    const name = utf8(key);
    return hostKvSet(address(name), name.byteLength, address(value), value.byteLength) == Status.OK;
  }

  export function set(key: string, value: string): bool {
    return setBytes(key, utf8(value));
  }

  export function remove(key: string): bool {
    const name = utf8(key);
    return hostKvDelete(address(name), name.byteLength) == Status.OK;
  }
}
