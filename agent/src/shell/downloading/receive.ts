import type { HttpAnswer } from '../../link/http-message.ts';

/**
 * Reads the body of an answer in pieces: who sends nothing for `idleMs` is given up, and the pace of the link is kept between pieces.
 * The time that the pace takes does not count as silence.
 */
export interface Receiving {
  readonly idleMs: number;
  readonly pace: (bytes: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}

/** `ask` begins the transfer and gets the signal that ends it. */
export async function receive<T>(
  { idleMs, pace, signal }: Receiving,
  ask: (signal: AbortSignal) => Promise<HttpAnswer>,
  take: (answer: HttpAnswer, body: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T> {
  const idle = new AbortController();
  const watch = () => setTimeout(() => idle.abort(new Error(`no byte in ${idleMs} ms`)), idleMs);
  const ending = AbortSignal.any([signal, idle.signal]);
  let timer = watch();

  async function* paced(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      clearTimeout(timer);
      yield chunk;
      await pace(chunk.length, ending);
      timer = watch();
    }
  }

  try {
    const answer = await ask(ending);
    return await take(answer, paced(answer.body));
  } finally {
    clearTimeout(timer);
  }
}
