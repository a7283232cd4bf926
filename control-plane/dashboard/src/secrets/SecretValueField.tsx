import { LIMITS } from '@wherry/protocol';
import { useState } from 'react';
import { Field } from '../parts/Field.tsx';
import { Switch } from '../parts/Switch.tsx';
import { bytes } from '../words/units.ts';
import { withoutLineEnd } from './value-bytes.ts';

const WAYS = [
  ['Typed', 'typed'],
  ['From a file', 'file'],
] as const;
const HINT = `At most ${bytes(LIMITS.secretBytes)}; one line end at the end is left out.`;

/** The clear value, which is shown to nobody and sent nowhere; null while there is none. */
export function SecretValueField({ onValue }: { readonly onValue: (value: Uint8Array | null) => void }) {
  const [way, setWay] = useState<(typeof WAYS)[number][1]>('typed');
  const [sizeBytes, setSizeBytes] = useState(0);
  const [isShown, setShown] = useState(false);
  const take = (given: Uint8Array) => {
    const value = withoutLineEnd(given);
    setSizeBytes(value.length);
    onValue(value.length === 0 ? null : value);
  };
  const error = sizeBytes > LIMITS.secretBytes ? `${bytes(sizeBytes)} are too many for a secret.` : undefined;
  return (
    <div className="stack">
      <div className="spread">
        <Switch
          label="Where the value comes from"
          options={WAYS}
          value={way}
          onValue={(next) => {
            setWay(next);
            take(new Uint8Array());
          }}
        />
        {way === 'typed' ? (
          <label className="check">
            <input type="checkbox" checked={isShown} onChange={({ target }) => setShown(target.checked)} />
            Show it
          </label>
        ) : null}
      </div>
      <Field label="Value" hint={HINT} error={error}>
        {(ids) =>
          way === 'file' ? (
            <input
              {...ids}
              type="file"
              required
              onChange={({ target: { files } }) =>
                void files?.[0]
                  ?.slice(0, LIMITS.secretBytes + 3)
                  .arrayBuffer()
                  .then((read) => take(new Uint8Array(read)))
              }
            />
          ) : (
            <textarea
              {...ids}
              className={isShown ? 'mono' : 'mono masked'}
              required
              rows={3}
              autoComplete="off"
              autoCapitalize="none"
              // A spell checker may send what it reads elsewhere.
              spellCheck={false}
              onChange={({ target }) => take(new TextEncoder().encode(target.value))}
            />
          )
        }
      </Field>
    </div>
  );
}
