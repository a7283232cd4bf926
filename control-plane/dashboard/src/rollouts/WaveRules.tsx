import { Field } from '../parts/Field.tsx';
import type { DraftWave } from './draft.ts';
import type { DraftFields } from './fields.ts';

/** For each wave: which devices it takes, and whether somebody approves before it begins. */
export function WaveRules({ draft, faults, change }: DraftFields) {
  const put = (index: number, part: Partial<DraftWave>) =>
    change({ waves: draft.waves.map((each, at) => (at === index ? { ...each, ...part } : each)) });
  return draft.waves.map(({ takes, approval }, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a wave is its place in the order
    <div key={index} className="wave-rule">
      <Field label={`Wave ${index + 1} takes only`} error={faults.get(`takes${index}`)}>
        {(ids) => (
          <input
            {...ids}
            className="mono"
            value={takes}
            placeholder="any device"
            onChange={({ target }) => put(index, { takes: target.value })}
          />
        )}
      </Field>
      <label className="check">
        <input type="checkbox" checked={approval} onChange={({ target }) => put(index, { approval: target.checked })} />
        Somebody approves before wave {index + 1} begins
      </label>
    </div>
  ));
}
