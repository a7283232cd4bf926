import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { addPublisherKey, listPublisherKeys, type PublisherKey, removePublisherKey } from '@wherry/protocol';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { useMay } from '../api/session.ts';
import { ConfirmButton } from '../parts/ConfirmButton.tsx';
import { Field } from '../parts/Field.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { ErrorNotice } from '../parts/Notice.tsx';
import { Panel } from '../parts/Panel.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';

export function PublisherKeys() {
  const queries = useQueryClient();
  const may = useMay(addPublisherKey);
  const refresh = () => queries.invalidateQueries({ queryKey: KEYS.publisherKeys });
  const keys = useQuery({ queryKey: KEYS.publisherKeys, queryFn: () => api.call(listPublisherKeys, {}) });
  const remove = useMutation({
    mutationFn: (id: PublisherKey['id']) => api.call(removePublisherKey, { params: { id } }),
    onSuccess: refresh,
  });
  return (
    <Panel title="Publisher keys">
      <p className="quiet">
        Releases signed by one of these are accepted. The secret half stays on the publisher's machine.
      </p>
      <Loaded query={keys}>
        {({ items }) =>
          items.length === 0 ? (
            <p>
              None yet, so no release is accepted. Make a key with <code>wherry keys new --out publisher.pem</code>,
              then paste the text of <code>publisher.pem.pub</code> here.
            </p>
          ) : (
            <ul className="rows">
              {items.map((key) => (
                <li key={key.id}>
                  <span>
                    <strong>{key.name}</strong> <code className="digest">{key.id}</code>{' '}
                    <span className="quiet">
                      added <RelativeTime atMs={key.createdAtMs} />
                    </span>
                  </span>
                  {may ? <ConfirmButton words="Remove" onConfirm={() => remove.mutate(key.id)} /> : null}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      <ErrorNotice error={remove.error} />
      {may ? <AddKey onAdded={() => void refresh()} /> : null}
    </Panel>
  );
}

function AddKey({ onAdded }: { readonly onAdded: () => void }) {
  const [name, setName] = useState('');
  const [key, setKey] = useState('');
  const add = useMutation({
    mutationFn: () => api.call(addPublisherKey, { body: { name, key: key.replaceAll(/\s/g, '') } }),
    onSuccess: () => {
      setName('');
      setKey('');
      onAdded();
    },
  });
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate();
      }}
    >
      <Field label="Name of the publisher">
        {(ids) => (
          <input {...ids} required maxLength={64} value={name} onChange={({ target }) => setName(target.value)} />
        )}
      </Field>
      <Field label="Public key" hint="Ed25519, SPKI DER in base64.">
        {(ids) => (
          <input
            {...ids}
            className="mono"
            required
            maxLength={256}
            value={key}
            onChange={({ target }) => setKey(target.value)}
          />
        )}
      </Field>
      <ErrorNotice error={add.error} />
      <div className="actions">
        <button type="submit" disabled={add.isPending}>
          Accept this key
        </button>
      </div>
    </form>
  );
}
