import { describe, expect, it, vi } from 'vitest';
import { Batcher } from './batcher.ts';

function gate() {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), passed };
}

describe('group commit', () => {
  it('hands over what gathered while a group was being written, as one group', async () => {
    const groups: number[][] = [];
    const first = gate();
    const batcher = new Batcher<number, number>({
      maxItems: 100,
      waitMs: 0,
      maxWaiting: 100,
      async write(items) {
        groups.push([...items]);
        if (groups.length === 1) await first.passed;
        return items.map((item) => item * 10);
      },
    });
    const one = batcher.add(1);
    await vi.waitFor(() => expect(groups).toHaveLength(1));
    const rest = [2, 3, 4].map((item) => batcher.add(item));
    first.open();
    expect(await Promise.all([one, ...rest])).toEqual([10, 20, 30, 40]);
    expect(groups).toEqual([[1], [2, 3, 4]]);
  });

  it('writes at once when a group is full, and never a larger one', async () => {
    const sizes: number[] = [];
    const batcher = new Batcher<number, number>({
      maxItems: 4,
      waitMs: 60_000,
      maxWaiting: 100,
      async write(items) {
        sizes.push(items.length);
        return items;
      },
    });
    await Promise.all(
      Array.from({ length: 10 }, (_, item) => batcher.add(item)).concat(batcher.drain() as Promise<never>),
    );
    expect(sizes).toEqual([4, 4, 2]);
  });

  it('lets one that cannot be written take no other with it', async () => {
    const batcher = new Batcher<number, number>({
      maxItems: 10,
      waitMs: 0,
      maxWaiting: 10,
      async write(items) {
        if (items.includes(2)) throw new Error('poison');
        return items;
      },
    });
    const outcomes = await Promise.allSettled([1, 2, 3].map((item) => batcher.add(item)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('refuses more than may wait, and takes again afterwards', async () => {
    const first = gate();
    const batcher = new Batcher<number, number>({
      maxItems: 1,
      waitMs: 0,
      maxWaiting: 2,
      async write(items) {
        await first.passed;
        return items;
      },
    });
    const waiting = [batcher.add(1), batcher.add(2)];
    await expect(batcher.add(3)).rejects.toMatchObject({ code: 'unavailable' });
    first.open();
    await Promise.all(waiting);
    expect(await batcher.add(4)).toBe(4);
  });
});
