import { createHash } from 'node:crypto';
import { type ErrorCode, type Outcome, refuse, succeed } from '@wherry/protocol';

const KNOWN = ['sha256', 'sha512'];

/**
 * TUF 1.0 §5.5.2, 5.6.2, 5.7.3: bytes against the length and the digests that somebody trusted gave. Each digest must be known and
 * right: one that cannot be checked is none, and weak ones prove nothing.
 */
export function checkFile(
  bytes: Uint8Array,
  expected: { readonly length?: number | undefined; readonly hashes?: Readonly<Record<string, string>> | undefined },
  code: ErrorCode,
  what: string,
): Outcome<void> {
  if (expected.length !== undefined && expected.length !== bytes.length)
    return refuse(code, `${what} has ${bytes.length} bytes, ${expected.length} were signed`);
  for (const [name, digest] of Object.entries(expected.hashes ?? {})) {
    if (!KNOWN.includes(name)) return refuse(code, `${what}: the digest ${JSON.stringify(name)} cannot be checked`);
    if (createHash(name).update(bytes).digest('hex') !== digest)
      return refuse(code, `${what} has another ${name} than was signed`);
  }
  return succeed(undefined);
}
