/** What is to happen, by its time: a binary heap. Among equals the first one in is the first one out, so that runs repeat. */
export interface Due {
  readonly atMs: number;
  readonly device: string;
  readonly what: 'answer' | 'late' | 'deadline' | 'tick';
}

export class DueQueue {
  readonly #heap: { due: Due; order: number }[] = [];
  #count = 0;

  push(due: Due): void {
    const heap = this.#heap;
    heap.push({ due, order: this.#count++ });
    for (let at = heap.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  pop(): Due | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (!first || !last) return undefined;
    if (heap.length > 0) {
      heap[0] = last;
      this.#sink();
    }
    return first.due;
  }

  #sink(): void {
    for (let at = 0; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < this.#heap.length && this.#isBefore(child, least)) least = child;
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const left = this.#heap[a];
    const right = this.#heap[b];
    if (!left || !right) return false;
    return left.due.atMs < right.due.atMs || (left.due.atMs === right.due.atMs && left.order < right.order);
  }

  #swap(a: number, b: number): void {
    const [left, right] = [this.#heap[a], this.#heap[b]];
    if (!left || !right) return;
    this.#heap[a] = right;
    this.#heap[b] = left;
  }
}
