import { isIP } from 'node:net';

/** A host name (RFC 1123, 2.1), or an address; not a link-local one, whose zone is another on each machine. */
export function isName(text: string): boolean {
  if (isIP(text) !== 0) return !text.includes('%') && !text.startsWith('fe80:');
  return (
    text.length <= 253 && /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i.test(text)
  );
}
