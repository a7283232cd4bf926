import { address, hostSecretGet, utf8 } from "./host";

/** Secrets that the manifest names: `capabilities: { secrets: [API_KEY] }`. Ask anew for each use: a value may be replaced at any time. */
export namespace secret {
  /** The value, or null when there is none. Wipe it with `fill(0)` of a view on it when it has served. */
  export function getBytes(name: string): ArrayBuffer | null {
    const text = utf8(name);
    let buffer = new ArrayBuffer(256);
    let length = hostSecretGet(address(text), text.byteLength, address(buffer), buffer.byteLength);
    if (length > buffer.byteLength) {
      memory.fill(address(buffer), 0, buffer.byteLength);
      buffer = new ArrayBuffer(length);
      length = hostSecretGet(address(text), text.byteLength, address(buffer), buffer.byteLength);
      // It was replaced by a longer one between the two.
      if (length > buffer.byteLength) return null;
    }
    if (length < 0) return null;
    const value = buffer.slice(0, length);
    memory.fill(address(buffer), 0, buffer.byteLength);
    return value;
  }

  export function get(name: string): string | null {
    const value = getBytes(name);
    if (value === null) return null;
    const text = String.UTF8.decode(value);
    memory.fill(address(value), 0, value.byteLength);
    return text;
  }
}
