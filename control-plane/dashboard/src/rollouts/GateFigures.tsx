import type { Wave } from '@wherry/protocol';
import { percent } from '../words/units.ts';
import { gateSums } from './counts.ts';

/** The gate of a wave: each figure with its limit and its denominator. */
export function GateFigures({ wave }: { readonly wave: Wave }) {
  const { gate, total } = wave;
  const { succeeded, failed, reached, acknowledged } = gateSums(wave);
  const rate = reached > 0 ? failed / reached : 0;
  const isRateCounted = reached >= gate.minSample;
  return (
    <dl className="gate">
      <div>
        <dt>Reached</dt>
        <dd>
          {reached} of {total}
        </dd>
      </div>
      <div>
        <dt>Succeeded</dt>
        <dd>
          {succeeded} of {reached}
          {reached > 0 ? ` (${percent(succeeded / reached)})` : ''}{' '}
          <span className="quiet">needs {percent(gate.minSuccess)}</span>
        </dd>
      </div>
      <div data-crossed={failed > gate.maxFailures}>
        <dt>Failures</dt>
        <dd>
          {failed}{' '}
          <span className="quiet">
            at most {gate.maxFailures}
            {acknowledged > 0 ? `; ${acknowledged} more acknowledged` : ''}
          </span>
        </dd>
      </div>
      <div data-crossed={isRateCounted && rate > gate.maxFailureRate}>
        <dt>Failure rate</dt>
        <dd>
          {reached > 0 ? `${percent(rate)} of ${reached}` : '–'}{' '}
          <span className="quiet">
            at most {percent(gate.maxFailureRate)}
            {isRateCounted ? '' : `, counted from ${gate.minSample} reached`}
          </span>
        </dd>
      </div>
    </dl>
  );
}
