/**
 * What TUF signatures are made over: canonical JSON as the framework writes it, which is not RFC 8785. Only `\` and `"` are escaped
 * in text, and numbers are integers. Source: TUF 1.0 §4.2, "Canonical JSON" of OLPC.
 */
export function tufCanonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new TypeError(`TUF metadata cannot hold the number ${value}`);
    return String(value);
  }
  if (Array.isArray(value)) return `[${value.map(tufCanonicalJson).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`TUF metadata cannot hold a ${typeof value}`);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${quoted(key)}:${tufCanonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

export function tufSignedBytes(signed: unknown): Uint8Array {
  return new TextEncoder().encode(tufCanonicalJson(signed));
}

function quoted(text: string): string {
  return `"${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"')}"`;
}
