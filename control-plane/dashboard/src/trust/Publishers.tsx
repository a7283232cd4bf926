import { FLOOR_FIELD, type TrustState } from '@wherry/protocol';
import { useState } from 'react';
import { Panel } from '../parts/Panel.tsx';
import { NamedReleases } from './NamedReleases.tsx';
import { appOf } from './trust-roles.ts';

interface PublishersProps {
  readonly tenant: string;
  readonly state: TrustState;
}

/** The apps that somebody may publish, and what is named and what was taken back of each. */
export function Publishers({ tenant, state: { targets } }: PublishersProps) {
  const apps = targets?.signed.delegations.roles.map(({ paths }) => appOf(paths)) ?? [];
  const floors = targets?.signed[FLOOR_FIELD] ?? {};
  return (
    <Panel title="Apps">
      {apps.length === 0 ? (
        <p>
          No app may be published: <code>wherry trust delegate APP</code> lets a publisher sign.
        </p>
      ) : (
        <ul className="rows">
          {apps.map((app) => (
            <AppRow key={app} app={app} floor={floors[`${tenant}/${app}`] ?? 0} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function AppRow({ app, floor }: { readonly app: string; readonly floor: number }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <li data-row={app}>
      <details className="wide" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>
          <strong>{app}</strong>{' '}
          <span className="quiet">{floor === 0 ? 'no floor' : `nothing below number ${floor} is installed`}</span>
        </summary>
        {isOpen ? <NamedReleases app={app} floor={floor} /> : null}
      </details>
    </li>
  );
}
