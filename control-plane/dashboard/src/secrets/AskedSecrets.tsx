import { listReleases, type ReleaseView, type SecretView } from '@wherry/protocol';
import { Link } from 'react-router';
import { useMay } from '../api/session.ts';
import { PAGES } from '../pages.ts';
import { Panel } from '../parts/Panel.tsx';
import { useReleaseChoices } from '../releases/use-release-choices.ts';
import type { SecretTarget } from './SecretDialog.tsx';

interface AskedSecretsProps {
  readonly secrets: readonly SecretView[];
  /** Null for those who may not set any. */
  readonly onSet: ((target: SecretTarget) => void) | null;
}

/** What releases ask for and nobody has set: a device refuses such a release with secret_missing. Nothing when there is none. */
export function AskedSecrets({ secrets, onSet }: AskedSecretsProps) {
  const releases = useReleaseChoices(useMay(listReleases));
  const open = askedOf(releases.data?.items ?? []).filter(
    ({ app, name }) => !secrets.some((secret) => secret.app === app && secret.name === name),
  );
  if (open.length === 0) return null;
  return (
    <div className="below">
      <Panel title="Asked for by a release, and not set">
        <ul className="rows">
          {open.map(({ app, version, name }) => (
            <li key={`${app} ${name}`}>
              <span>
                <strong>{name}</strong> for <Link to={PAGES.release(app, version)}>{`${app} ${version}`}</Link>
              </span>
              {onSet ? (
                <button type="button" onClick={() => onSet({ app, name })} aria-label={`Set ${name} of ${app}`}>
                  Set…
                </button>
              ) : null}
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  );
}

/** Each once, with the newest release that asks for it. */
function askedOf(releases: readonly ReleaseView[]) {
  const asked = new Map<string, { app: string; version: string; name: string }>();
  for (const { app, version, payload } of releases)
    for (const name of Object.keys(payload.capabilities.secrets ?? {}))
      if (!asked.has(`${app} ${name}`)) asked.set(`${app} ${name}`, { app, version, name });
  return [...asked.values()];
}
