import { address, hostConfigGet, utf8 } from "./host";

/** The value of a key that the manifest declares under `config`, or null. */
export function config(key: string): string | null {
  const name = utf8(key);
  let buffer = new ArrayBuffer(256);
  let length = hostConfigGet(address(name), name.byteLength, address(buffer), buffer.byteLength);
  if (length > buffer.byteLength) {
    buffer = new ArrayBuffer(length);
    length = hostConfigGet(address(name), name.byteLength, address(buffer), buffer.byteLength);
  }
  return length < 0 ? null : String.UTF8.decode(buffer.slice(0, length));
}
