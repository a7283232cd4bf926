/** Questions to another process that wait for their answer. At most `max` at once, so that a slow answerer costs bounded memory. */
export class Questions<T> {
  readonly #max: number;
  readonly #open = new Map<number, { readonly resolve: (answer: T) => void; readonly bytes: number }>();
  #lastId = 0;
  #bytes = 0;

  constructor(max = Number.POSITIVE_INFINITY) {
    this.#max = max;
  }

  /** Bytes of the payloads of open questions, as their askers counted them. */
  get openBytes(): number {
    return this.#bytes;
  }

  /** Null when too many are open. */
  ask(send: (id: number) => void, bytes = 0): Promise<T> | null {
    if (this.#open.size >= this.#max) return null;
    this.#lastId += 1;
    const id = this.#lastId;
    this.#bytes += bytes;
    return new Promise((resolve) => {
      this.#open.set(id, { resolve, bytes });
      send(id);
    });
  }

  answer(id: number, answer: T): void {
    const question = this.#open.get(id);
    if (!question) return;
    this.#open.delete(id);
    this.#bytes -= question.bytes;
    question.resolve(answer);
  }

  /** Nobody is there any more to answer. */
  answerAll(answer: T): void {
    for (const id of [...this.#open.keys()]) this.answer(id, answer);
  }
}
