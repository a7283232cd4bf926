import type { ReleaseView } from '@wherry/protocol';
import { Field } from '../parts/Field.tsx';
import type { DraftFields } from './fields.ts';

interface ReleaseFieldProps extends DraftFields {
  readonly releases: readonly ReleaseView[];
}

export function ReleaseField({ draft, faults, change, releases }: ReleaseFieldProps) {
  const value = draft.app === '' ? '' : `${draft.app} ${draft.version}`;
  return (
    <>
      <Field
        label="Release"
        error={faults.get('release')}
        hint={releases.length === 0 ? 'Publish a release first.' : undefined}
      >
        {(ids) => (
          <select
            {...ids}
            name="release"
            value={value}
            onChange={({ target }) => {
              const [app = '', version = ''] = target.value.split(' ');
              change({ app, version, config: {} });
            }}
          >
            <option value="">choose…</option>
            {releases.map(({ digest, app, version }) => (
              <option key={digest} value={`${app} ${version}`}>
                {app} {version}
              </option>
            ))}
          </select>
        )}
      </Field>
      <label className="check">
        <input
          type="checkbox"
          checked={draft.rollback}
          onChange={({ target }) => change({ rollback: target.checked })}
        />
        Rollback: also move devices that run a newer release
      </label>
    </>
  );
}
