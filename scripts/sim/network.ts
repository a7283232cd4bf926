import type { Weather } from './faults.ts';
import type { Random } from './random.ts';
import type { Timeline } from './timeline.ts';

/** A network that loses, doubles, delays and so reorders what it carries. Healed, it only takes a while. */
export class Network {
  isHealed = false;
  readonly #timeline: Timeline;
  readonly #random: Random;
  readonly #weather: Weather;

  constructor(timeline: Timeline, random: Random, weather: Weather) {
    this.#timeline = timeline;
    this.#random = random;
    this.#weather = weather;
  }

  carry(deliver: () => void): void {
    if (this.isHealed) {
      this.#timeline.after(this.#random.between(10, 50), deliver);
      return;
    }
    if (this.#random.chance(this.#weather.lose)) return;
    const copies = this.#random.chance(this.#weather.double) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) this.#timeline.after(this.#delayMs(), deliver);
  }

  #delayMs(): number {
    const slowMs = this.#random.chance(0.2) ? this.#weather.delay * 20_000 : 300;
    return 10 + Math.floor(this.#random.next() * slowMs);
  }
}
