import type { Overview } from '@wherry/protocol';
import type { Tone } from '../words/tones.ts';
import { count } from '../words/units.ts';

export function FleetCounts({ overview }: { readonly overview: Overview }) {
  const { devices, rollouts, variants } = overview;
  return (
    <dl className="counts">
      <Count name="Devices" value={devices.total} />
      <Count name="Online" value={devices.online} tone={devices.online < devices.total ? 'watch' : 'good'} />
      <Count name="Failing" value={devices.failing} tone={devices.failing > 0 ? 'bad' : 'idle'} />
      <Count name="Rollouts running" value={rollouts.running} tone={rollouts.running > 0 ? 'busy' : 'idle'} />
      <Count name="Rollouts halted" value={rollouts.halted} tone={rollouts.halted > 0 ? 'bad' : 'idle'} />
      <Count name="Releases" value={overview.releases} />
      <Count name="Wasm workloads" value={variants.wasm} />
      <Count name="Containers" value={variants.container} />
    </dl>
  );
}

function Count({
  name,
  value,
  tone = 'idle',
}: {
  readonly name: string;
  readonly value: number;
  readonly tone?: Tone;
}) {
  return (
    <div className="count" data-tone={tone}>
      <dt>{name}</dt>
      <dd>{count(value)}</dd>
    </div>
  );
}
