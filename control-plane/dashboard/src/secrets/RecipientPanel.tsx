import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { listSecretRecipients, type SecretRecipient, type SecretView } from '@wherry/protocol';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { PAGES } from '../pages.ts';
import { Badge } from '../parts/Badge.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Pager } from '../parts/Pager.tsx';
import { Panel } from '../parts/Panel.tsx';
import { Switch } from '../parts/Switch.tsx';
import { type Column, Table } from '../parts/Table.tsx';
import { counted } from '../words/units.ts';
import { recipientLook } from './recipient-looks.ts';

const VIEWS = [
  ['Those it is for', 'for'],
  ['All devices', 'all'],
] as const;

/** Which devices can read a secret: what is sealed to the key that each has now. */
export function RecipientPanel({ secret }: { readonly secret: SecretView }) {
  const { app, name, selector } = secret;
  const [view, setView] = useState<(typeof VIEWS)[number][1]>('for');
  const [search, setSearch] = useSearchParams();
  const cursor = search.get('cursor') ?? undefined;
  const shown = view === 'for' ? selector : '';
  const recipients = useQuery({
    queryKey: [...KEYS.secretRecipients(app, name), shown, cursor],
    queryFn: () =>
      api.call(listSecretRecipients, { params: { app, name }, query: { selector: shown, cursor, limit: 50 } }),
    placeholderData: keepPreviousData,
  });
  const columns: readonly Column<SecretRecipient>[] = [
    { head: 'Device', isName: true, cell: ({ device }) => <Link to={PAGES.device(device)}>{device}</Link> },
    { head: 'Can read', cell: (recipient) => <Badge look={recipientLook(recipient, secret.version)} /> },
    {
      head: 'Its key',
      cell: ({ key }) => (key === null ? <span className="quiet">none yet</span> : <code>{key.slice(0, 12)}…</code>),
    },
  ];
  return (
    <Panel
      title="Who can read it"
      aside={
        selector === '' ? null : (
          <Switch
            label="Devices"
            options={VIEWS}
            value={view}
            onValue={(next) => {
              setSearch({});
              setView(next);
            }}
          />
        )
      }
    >
      <Loaded query={recipients}>
        {(page) =>
          page.items.length === 0 ? (
            <p className="quiet">No device matches now. One that comes later is given it from where it was set.</p>
          ) : (
            <>
              <Table
                caption="Who can read it"
                columns={columns}
                rows={page.items}
                rowKey={({ device }) => device}
                isStale={recipients.isPlaceholderData}
              />
              <Pager nextCursor={page.nextCursor} shown={`${counted(page.items.length, 'device')} shown`} />
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}
