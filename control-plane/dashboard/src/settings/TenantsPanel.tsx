import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { addTenant, listTenants, type TenantId, tenantId } from '@wherry/protocol';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { useMay } from '../api/session.ts';
import { Field } from '../parts/Field.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { ErrorNotice, Notice } from '../parts/Notice.tsx';
import { Panel } from '../parts/Panel.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';

/** The tenants of this installation, for admins of its own one. None sees what is another's, this one neither. */
export function TenantsPanel() {
  const may = useMay(addTenant);
  const tenants = useQuery({ queryKey: KEYS.tenants, queryFn: () => api.call(listTenants, {}) });
  return (
    <Panel title="Tenants of this installation">
      <Loaded query={tenants}>
        {({ items }) => (
          <ul className="rows">
            {items.map(({ tenant, createdAtMs, createdBy }) => (
              <li key={tenant} data-row={tenant}>
                <strong>{tenant}</strong>
                <span className="quiet">
                  <RelativeTime atMs={createdAtMs} /> by {createdBy}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {may ? <NewTenant /> : null}
    </Panel>
  );
}

function NewTenant() {
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const add = useMutation({
    mutationFn: () => api.call(addTenant, { body: { tenant: name.trim() as TenantId } }),
    onSuccess: () => {
      setName('');
      void queries.invalidateQueries({ queryKey: KEYS.tenants });
    },
  });
  const parsed = tenantId.safeParse(name.trim());
  const fault = name === '' || parsed.success ? undefined : parsed.error.issues[0]?.message;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (parsed.success) add.mutate();
      }}
    >
      <Field label="New tenant" hint="Its first admin gets a token, which is shown once." error={fault}>
        {(ids) => (
          <input
            {...ids}
            required
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        )}
      </Field>
      <ErrorNotice error={add.error} />
      {add.data ? (
        <Notice tone="watch">
          The admin token of {add.data.tenant}, shown only now:
          <code className="digest">{add.data.token}</code>
        </Notice>
      ) : null}
      <div className="actions">
        <button type="submit" disabled={!parsed.success || add.isPending}>
          Add a tenant
        </button>
      </div>
    </form>
  );
}
