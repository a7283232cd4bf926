import { randomBytes } from 'node:crypto';

/** ULID: 48 bits of time, 80 bits of chance, Crockford's base 32 in lower case. Source: github.com/ulid/spec */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_CHARS = 10;
const RANDOM_BYTES = 10;
const SECRET_BYTES = 32;

export function newId(nowMs: number = Date.now(), random: Uint8Array = randomBytes(RANDOM_BYTES)): string {
  let bits = BigInt(nowMs);
  for (const byte of random.subarray(0, RANDOM_BYTES)) bits = (bits << 8n) | BigInt(byte);
  const chars: string[] = [];
  for (let at = 0; at < TIME_CHARS + 16; at += 1) {
    chars.unshift(ALPHABET[Number(bits & 31n)] as string);
    bits >>= 5n;
  }
  return chars.join('');
}

export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('hex');
}
