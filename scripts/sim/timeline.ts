/** Virtual time: a binary heap of what is to happen. Equal times keep their order of planning. */
interface Planned {
  readonly atMs: number;
  readonly order: number;
  readonly act: () => void;
}

export class Timeline {
  nowMs = 0;
  readonly #heap: Planned[] = [];
  #order = 0;

  after(delayMs: number, act: () => void): void {
    const planned = { atMs: this.nowMs + Math.max(0, delayMs), order: this.#order++, act };
    let at = this.#heap.length;
    this.#heap.push(planned);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.#heap[parent] as Planned;
      if (!isBefore(planned, above)) break;
      this.#heap[at] = above;
      at = parent;
    }
    this.#heap[at] = planned;
  }

  /** Moves time to the next planned act and does it; false when nothing is planned. */
  step(): boolean {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (first === undefined || last === undefined) return false;
    if (first !== last) this.#sink(last);
    this.nowMs = first.atMs;
    first.act();
    return true;
  }

  #sink(planned: Planned): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Planned, heap[child] as Planned)) child += 1;
      if (!isBefore(heap[child] as Planned, planned)) break;
      heap[at] = heap[child] as Planned;
      at = child;
    }
    heap[at] = planned;
  }
}

function isBefore(a: Planned, b: Planned): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
