import { useQuery } from '@tanstack/react-query';
import { listSecrets, type SecretView, setSecret } from '@wherry/protocol';
import { useState } from 'react';
import { Link } from 'react-router';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { useMay } from '../api/session.ts';
import { PAGES } from '../pages.ts';
import { Loaded } from '../parts/Loaded.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';
import { type Column, Table } from '../parts/Table.tsx';
import { count } from '../words/units.ts';
import { AskedSecrets } from './AskedSecrets.tsx';
import { BrowserKeyPanel } from './BrowserKeyPanel.tsx';
import { HandOnButton } from './HandOnButton.tsx';
import { MissingCount } from './MissingCount.tsx';
import { SecretDialog, type SecretTarget } from './SecretDialog.tsx';

const COLUMNS: readonly Column<SecretView>[] = [
  {
    head: 'Secret',
    isName: true,
    cell: ({ app, name }) => (
      <Link to={PAGES.secret(app, name)}>
        {app} {name}
      </Link>
    ),
  },
  { head: 'Version', isNumber: true, cell: ({ version }) => version },
  { head: 'For', cell: ({ selector }) => (selector === '' ? 'all devices' : <code>{selector}</code>) },
  { head: 'Devices', isNumber: true, cell: ({ devices }) => count(devices) },
  { head: 'Missing', cell: ({ missing }) => <MissingCount missing={missing} /> },
  {
    head: 'Set',
    cell: ({ setAtMs, setBy }) => (
      <>
        <RelativeTime atMs={setAtMs} /> by {setBy}
      </>
    ),
  },
];

export function SecretsPage() {
  const may = useMay(setSecret);
  const [target, setTarget] = useState<SecretTarget | null>(null);
  const secrets = useQuery({ queryKey: KEYS.secrets, queryFn: () => api.call(listSecrets, {}) });
  const short = secrets.data?.items.filter(({ missing }) => missing > 0) ?? [];
  return (
    <>
      <PageHead
        title="Secrets"
        sub="values that programs get, sealed to each device: the control plane has none in clear"
      >
        {may ? (
          <button type="button" className="primary" onClick={() => setTarget({})}>
            Set a secret…
          </button>
        ) : null}
      </PageHead>
      <Loaded query={secrets}>
        {({ items }) => (
          <>
            {items.length === 0 ? (
              <div className="empty">
                <h2>No secrets yet</h2>
                <p>
                  A release names what it needs under <code>capabilities.secrets</code> of its manifest. Give each a
                  value, here or with <code>wherry secret set</code>.
                </p>
                {may ? null : <p className="quiet">Your role does not allow setting secrets; ask an operator.</p>}
              </div>
            ) : (
              <Table caption="Secrets" columns={COLUMNS} rows={items} rowKey={({ app, name }) => `${app}/${name}`} />
            )}
            <AskedSecrets secrets={items} onSet={may ? setTarget : null} />
          </>
        )}
      </Loaded>
      {may ? (
        <div className="panels below">
          {short.length > 0 ? <HandOnButton secrets={short} /> : null}
          <BrowserKeyPanel />
        </div>
      ) : null}
      {target ? <SecretDialog target={target} onClose={() => setTarget(null)} /> : null}
    </>
  );
}
