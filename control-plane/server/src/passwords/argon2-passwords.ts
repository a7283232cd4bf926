import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Passwords } from '../app/context.ts';

/**
 * Passwords as Argon2id (RFC 9106), kept as PHC strings that carry their parameters: those may be raised, and older hashes are still
 * read. Each hash takes memory and a thread, so only a few run at once and a bounded number waits.
 */
export interface Argon2Cost {
  readonly memoryKib: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** OWASP's floor for 46 MiB is one pass; two take a tenth of a second of one core. */
export const DEFAULT_COST: Argon2Cost = { memoryKib: 46 * 1024, passes: 2, parallelism: 1 };
const SALT_BYTES = 16;
const TAG_BYTES = 32;
const AT_ONCE = 2;
const WAITING_MAX = 32;
const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

const run = promisify(argon2);

export function createArgon2Passwords(cost: Argon2Cost = DEFAULT_COST): Passwords {
  const turns = new Turns(AT_ONCE, WAITING_MAX);
  const derive = (text: string, salt: Buffer, of: Argon2Cost, tagLength: number): Promise<Buffer> =>
    turns.take(() => run('argon2id', parametersOf(text, salt, of, tagLength)));
  const hash = async (text: string): Promise<string> => {
    const salt = randomBytes(SALT_BYTES);
    const tag = await derive(text, salt, cost, TAG_BYTES);
    return `$argon2id$v=19$m=${cost.memoryKib},t=${cost.passes},p=${cost.parallelism}$${bare(salt)}$${bare(tag)}`;
  };
  return {
    hasRoom: () => turns.hasRoom,
    hash,
    async check(text, kept) {
      const read = kept === null ? null : readPhc(kept);
      if (!read) {
        // Whoever is not known takes as long as whoever is.
        await hash(text);
        return 'wrong';
      }
      const tag = await derive(text, read.salt, read.cost, read.tag.length);
      if (!timingSafeEqual(tag, read.tag)) return 'wrong';
      return isBelow(read.cost, cost) ? 'right_but_cheap' : 'right';
    },
  };
}

function parametersOf(text: string, nonce: Buffer, cost: Argon2Cost, tagLength: number): Argon2Parameters {
  // Keyboards write the same letter in different ways (RFC 8265).
  const message = Buffer.from(text.normalize('NFKC'));
  return { message, nonce, tagLength, memory: cost.memoryKib, passes: cost.passes, parallelism: cost.parallelism };
}

function readPhc(text: string): { cost: Argon2Cost; salt: Buffer; tag: Buffer } | null {
  const match = text.match(PHC);
  if (!match) return null;
  const [, memoryKib, passes, parallelism, salt = '', tag = ''] = match;
  return {
    cost: { memoryKib: Number(memoryKib), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}

function isBelow(kept: Argon2Cost, wanted: Argon2Cost): boolean {
  return kept.memoryKib < wanted.memoryKib || kept.passes < wanted.passes;
}

/** PHC strings write base64 without padding. */
function bare(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

/** Runs so many at once; the others wait in the order they came. */
class Turns {
  readonly #atOnce: number;
  readonly #waitingMax: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(atOnce: number, waitingMax: number) {
    this.#atOnce = atOnce;
    this.#waitingMax = waitingMax;
  }

  get hasRoom(): boolean {
    return this.#waiting.length < this.#waitingMax;
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#atOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // Whoever waited takes over the turn.
      if (next) next();
      else this.#running -= 1;
    }
  }
}
