import { LIMITS } from '@wherry/protocol';
import { Field } from '../parts/Field.tsx';
import { waveOf } from './draft.ts';
import type { DraftFields } from './fields.ts';

export function WaveFields({ draft, faults, change }: DraftFields) {
  const { waves } = draft;
  const put = (index: number, size: string) =>
    change({ waves: waves.map((each, at) => (at === index ? { ...each, size } : each)) });
  return (
    <fieldset className="wave-fields">
      <legend>Waves: a number of devices, or a share like 10%; the last one takes the rest</legend>
      {waves.map(({ size }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a wave is its place in the order
        <div key={index} className="wave-field">
          <Field label={`Wave ${index + 1}`} error={faults.get(`wave${index}`)}>
            {(ids) => <input {...ids} value={size} onChange={({ target }) => put(index, target.value)} />}
          </Field>
          <button
            type="button"
            className="plain"
            aria-label={`Remove wave ${index + 1}`}
            disabled={waves.length === 1}
            onClick={() => change({ waves: waves.filter((_, at) => at !== index) })}
          >
            ✕
          </button>
        </div>
      ))}
      <button
        type="button"
        disabled={waves.length >= LIMITS.wavesPerRollout}
        onClick={() => change({ waves: [...waves, waveOf('100%')] })}
      >
        Add a wave
      </button>
    </fieldset>
  );
}
