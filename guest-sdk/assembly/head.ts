/** Bytes as the host hands over triggers and responses: lines of `name<separator>value`, an empty line, the payload. */
export class Message {
  constructor(
    readonly fields: Map<string, string>,
    readonly payload: ArrayBuffer,
  ) {}

  /** A field, or the empty text. */
  field(name: string): string {
    return this.fields.has(name) ? this.fields.get(name) : "";
  }

  text(): string {
    return String.UTF8.decode(this.payload);
  }
}

export function parseMessage(bytes: ArrayBuffer, separator: string): Message {
  const view = Uint8Array.wrap(bytes);
  const fields = new Map<string, string>();
  let at = 0;
  let lineAt = 0;
  for (; at < view.length; at++) {
    if (view[at] != 10) continue;
    if (at == lineAt) return new Message(fields, bytes.slice(at + 1));
    const line = String.UTF8.decode(bytes.slice(lineAt, at));
    const end = line.indexOf(separator);
    if (end > 0) fields.set(line.substring(0, end), line.substring(end + separator.length).trim());
    lineAt = at + 1;
  }
  return new Message(fields, new ArrayBuffer(0));
}
