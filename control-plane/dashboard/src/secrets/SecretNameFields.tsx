import { appName, listReleases, secretName } from '@wherry/protocol';
import { useId } from 'react';
import { useMay } from '../api/session.ts';
import { Field } from '../parts/Field.tsx';
import { useReleaseChoices } from '../releases/use-release-choices.ts';

interface SecretNameFieldsProps {
  readonly app: string;
  readonly name: string;
  readonly onChange: (part: { readonly app?: string; readonly name?: string }) => void;
}

/** Whose secret it is, and how its manifest calls it. Apps that were published are offered; others may come later. */
export function SecretNameFields({ app, name, onChange }: SecretNameFieldsProps) {
  const apps = useId();
  const releases = useReleaseChoices(useMay(listReleases));
  const faultOf = (schema: typeof appName | typeof secretName, text: string) =>
    text === '' ? undefined : schema.safeParse(text.trim()).error?.issues[0]?.message;
  return (
    <div className="field-row">
      <Field label="App" error={faultOf(appName, app)}>
        {(ids) => (
          <>
            <input
              {...ids}
              required
              list={apps}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              value={app}
              onChange={({ target }) => onChange({ app: target.value })}
            />
            <datalist id={apps}>
              {[...new Set(releases.data?.items.map((release) => release.app))].map((each) => (
                <option key={each} value={each} />
              ))}
            </datalist>
          </>
        )}
      </Field>
      <Field label="Name" hint="As its manifest names it, like API_KEY." error={faultOf(secretName, name)}>
        {(ids) => (
          <input
            {...ids}
            required
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            maxLength={63}
            value={name}
            onChange={({ target }) => onChange({ name: target.value })}
          />
        )}
      </Field>
    </div>
  );
}
