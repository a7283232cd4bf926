import { Field } from '../parts/Field.tsx';
import { Switch } from '../parts/Switch.tsx';
import type { DraftMore } from './draft.ts';
import type { DraftFields } from './fields.ts';
import { WaveRules } from './WaveRules.tsx';

type TextField =
  | 'pace'
  | 'growth'
  | 'windowCron'
  | 'windowLength'
  | 'windowZone'
  | 'offlineAfter'
  | 'memoryFactor'
  | 'cpuFactor';
type Row = readonly (readonly [field: TextField, label: string, placeholder: string, hint: string])[];

const PACE: Row = [
  ['pace', 'Devices a minute', 'as many as fit', 'In the first wave.'],
  ['growth', 'Times as many each wave', '1', '2 doubles the pace from wave to wave.'],
];
const WINDOW: Row = [
  ['windowCron', 'Window opens', 'always open', 'A cron expression: 0 2 * * * is every night at 2.'],
  ['windowLength', 'Stays open for', '2h', ''],
  ['windowZone', 'Time zone', "each device's own", 'For example Europe/Berlin.'],
];
const WATCH: Row = [
  ['offlineAfter', 'Is silent for', 'the default', 'A duration like 5m; off looks away.'],
  ['memoryFactor', 'Needs more memory, times', 'the default', 'Than before on the same device: 2; off looks away.'],
  ['cpuFactor', 'Needs more CPU, times', 'the default', 'Than before on the same device: 3; off looks away.'],
];

/** What most rollouts leave alone, folded away; it opens by itself when one of its fields has a fault. */
export function MoreFields(fields: DraftFields) {
  const { draft, faults, change } = fields;
  const { more } = draft;
  const put = (part: Partial<DraftMore>) => change({ more: { ...more, ...part } });
  const hasFault = [...faults.keys()].some((field) => field in more || field.startsWith('takes'));
  return (
    <details className="panel more" open={hasFault || undefined}>
      <summary>More: when it begins, approvals, pace, windows, what counts as unhealthy</summary>
      <fieldset>
        <legend>It begins</legend>
        <Switch
          label="It begins"
          options={[
            ['Now', 'now'],
            ['At a time', 'at'],
            ['Keep it as a draft', 'draft'],
          ]}
          value={more.begin}
          onValue={(begin) => put({ begin })}
        />
        {more.begin === 'at' ? (
          <Field label="Begin at" hint="In the time zone of this browser." error={faults.get('startAt')}>
            {(ids) => (
              <input
                {...ids}
                type="datetime-local"
                value={more.startAt}
                onChange={({ target }) => put({ startAt: target.value })}
              />
            )}
          </Field>
        ) : null}
      </fieldset>
      <fieldset>
        <legend>Each wave</legend>
        <WaveRules {...fields} />
        <Check
          words="Devices that come to match later join the last wave"
          is={more.isDynamic}
          onIs={(isDynamic) => put({ isDynamic })}
        />
      </fieldset>
      <fieldset>
        <legend>How quickly devices are assigned</legend>
        <TextRow row={PACE} fields={fields} put={put} />
      </fieldset>
      <fieldset>
        <legend>When a device may activate the release; the device itself keeps to it</legend>
        <TextRow row={WINDOW} fields={fields} put={put} />
        <Check
          words="Download inside the window only, too"
          is={more.isDownloadInWindow}
          onIs={(is) => put({ isDownloadInWindow: is })}
        />
        <Check
          words="Never download over a metered link"
          is={more.isUnmeteredOnly}
          onIs={(is) => put({ isUnmeteredOnly: is })}
        />
      </fieldset>
      <fieldset>
        <legend>While a healthy device is watched, it counts as unhealthy when it</legend>
        <TextRow row={WATCH} fields={fields} put={put} />
      </fieldset>
    </details>
  );
}

interface TextRowProps {
  readonly row: Row;
  readonly fields: DraftFields;
  readonly put: (part: Partial<DraftMore>) => void;
}

function TextRow({ row, fields: { draft, faults }, put }: TextRowProps) {
  return (
    <div className="field-row">
      {row.map(([field, label, placeholder, hint]) => (
        <Field key={field} label={label} hint={hint} error={faults.get(field)}>
          {(ids) => (
            <input
              {...ids}
              value={draft.more[field]}
              placeholder={placeholder}
              onChange={({ target }) => put({ [field]: target.value })}
            />
          )}
        </Field>
      ))}
    </div>
  );
}

interface CheckProps {
  readonly words: string;
  readonly is: boolean;
  readonly onIs: (is: boolean) => void;
}

function Check({ words, is, onIs }: CheckProps) {
  return (
    <label className="check">
      <input type="checkbox" checked={is} onChange={({ target }) => onIs(target.checked)} />
      {words}
    </label>
  );
}
