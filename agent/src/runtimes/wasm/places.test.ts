import { describe, expect, it } from 'vitest';
import { Places, type Sleeper } from './places.ts';

function sleeper(name: string, parked: string[]): Sleeper {
  return { park: () => void parked.push(name) };
}

describe('places', () => {
  it('are free up to their number', async () => {
    const places = new Places(2);
    await places.take();
    await places.take();
    let isThird = false;
    void places.take().then(() => {
      isThird = true;
    });
    await Promise.resolve();
    expect(isThird).toBe(false);
    places.giveBack();
    await expect.poll(() => isThird).toBe(true);
  });

  it('park who has been idle longest, and only one for each who waits', async () => {
    const parked: string[] = [];
    const places = new Places(2);
    const [a, b] = [sleeper('a', parked), sleeper('b', parked)];
    await places.take();
    await places.take();
    places.idle(a);
    places.idle(b);
    places.busy(a);
    places.idle(a);
    void places.take();
    expect(parked).toEqual(['b']);
  });

  it('park the first that becomes idle when somebody waits already', async () => {
    const parked: string[] = [];
    const places = new Places(1);
    await places.take();
    const waiting = places.take();
    expect(parked).toEqual([]);
    places.idle(sleeper('a', parked));
    expect(parked).toEqual(['a']);
    places.giveBack();
    await waiting;
    places.idle(sleeper('b', parked));
    expect(parked).toEqual(['a']);
  });
});
