import type { ReleaseView } from '@wherry/protocol';
import { Field } from '../parts/Field.tsx';
import type { DraftFields } from './fields.ts';

interface ConfigFieldsProps extends DraftFields {
  readonly release: ReleaseView | undefined;
}

/** One field for each config key that the release declares. */
export function ConfigFields({ draft, change, release }: ConfigFieldsProps) {
  const declared = Object.entries(release?.payload.config ?? {});
  if (declared.length === 0) return null;
  return (
    <div className="field-row">
      {declared.map(([key, { type, default: value, description }]) => (
        <Field key={key} label={key} hint={description ?? type}>
          {(ids) => (
            <input
              {...ids}
              value={draft.config[key] ?? ''}
              placeholder={value ?? ''}
              onChange={({ target }) => change({ config: { ...draft.config, [key]: target.value } })}
            />
          )}
        </Field>
      ))}
    </div>
  );
}
