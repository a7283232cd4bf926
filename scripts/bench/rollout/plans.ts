import { explainMember, planRollout, rolloutRequest, startRollout } from '@wherry/protocol';
import { percentile, rounded } from '../statistics.ts';
import { APP } from './publish.ts';
import type { MeasuredServer } from './server-process.ts';

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
  const startedAtMs = performance.now();
  const { id } = await client.call(startRollout, { body: request });
  const startMs = performance.now() - startedAtMs;
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
  return { devices: total, planMs: summary(planMs), explainMs: summary(explainMs), startMs: rounded(startMs) };
}
