import { explainMember, getRollout, listReleases, planRollout, rolloutRequest, startRollout } from '@wherry/protocol';
import { eventually } from '../../fleet/eventually.ts';
import { percentile, rounded } from '../statistics.ts';
import { APP } from './publish.ts';
import type { MeasuredServer } from './server-process.ts';

const BEGUN_WITHIN_MS = 120_000;

/** A dry run over a large fleet and the reasons of single devices, asked through the API as the command line asks them. */
export interface PlanOptions {
  readonly devices: readonly { readonly device: string }[];
  readonly plans: number;
  readonly explanations: number;
}

export async function measurePlans({ client }: MeasuredServer, options: PlanOptions) {
  // The first wave is small, so that the rollout that is explained waits for offline devices and does not walk through all of them.
  const request = rolloutRequest.parse({
    app: APP,
    version: '1.0.0',
    waves: [{ size: { count: 100 } }, { size: { share: 1 } }],
  });
  const planMs: number[] = [];
  let total = 0;
  for (let run = 0; run < options.plans; run += 1) {
    const startedAtMs = performance.now();
    ({ total } = await client.call(planRollout, { body: { request, samples: 10 } }));
    planMs.push(performance.now() - startedAtMs);
  }
  const others = new Others(client);
  const startedAtMs = performance.now();
  const { id } = await client.call(startRollout, { body: request });
  const acceptedMs = performance.now() - startedAtMs;
  await eventually('the rollout to begin', BEGUN_WITHIN_MS, async () =>
    (await client.call(getRollout, { params: { id } })).state === 'preparing' ? undefined : true,
  );
  const begunMs = performance.now() - startedAtMs;
  const othersWaitMs = await others.end();
  const explainMs: number[] = [];
  for (let run = 0; run < options.explanations; run += 1) {
    const { device } = options.devices[(run * 997) % options.devices.length] as (typeof options.devices)[number];
    const askedAtMs = performance.now();
    await client.call(explainMember, { params: { id, device: device as never } });
    explainMs.push(performance.now() - askedAtMs);
  }
  const summary = (values: readonly number[]) => ({
    p50: rounded(percentile(values, 0.5)),
    p99: rounded(percentile(values, 0.99)),
  });
  return {
    devices: total,
    planMs: summary(planMs),
    explainMs: summary(explainMs),
    start: { acceptedMs: rounded(acceptedMs), begunMs: rounded(begunMs), othersWaitMs },
  };
}

/** Somebody else who asks for little, again and again: how long they wait is how long nothing else went on. */
class Others {
  readonly #waitsMs: number[] = [];
  #isOver = false;
  readonly #done: Promise<void>;

  constructor(client: MeasuredServer['client']) {
    this.#done = this.#ask(client);
  }

  async #ask(client: MeasuredServer['client']): Promise<void> {
    while (!this.#isOver) {
      const askedAtMs = performance.now();
      await client.call(listReleases, { query: { limit: 1 } });
      this.#waitsMs.push(performance.now() - askedAtMs);
    }
  }

  async end(): Promise<{ p50: number; p99: number; max: number }> {
    this.#isOver = true;
    await this.#done;
    const at = (share: number) => rounded(percentile(this.#waitsMs, share));
    return { p50: at(0.5), p99: at(0.99), max: rounded(Math.max(...this.#waitsMs)) };
  }
}
