import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type CosignPolicy, getPublishPolicy, type PublishPolicy, setPublishPolicy } from '@wherry/protocol';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { useMay } from '../api/session.ts';
import { ConfirmButton } from '../parts/ConfirmButton.tsx';
import { Facts } from '../parts/Facts.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { ErrorNotice } from '../parts/Notice.tsx';
import { Panel } from '../parts/Panel.tsx';
import { counted } from '../words/units.ts';
import { EvidenceDialog } from './EvidenceDialog.tsx';

/** Which signatures a release needs beside its publisher's to be taken in. */
export function EvidencePanel() {
  const queries = useQueryClient();
  const may = useMay(setPublishPolicy);
  const [isChanging, setChanging] = useState(false);
  const policy = useQuery({ queryKey: KEYS.publishPolicy, queryFn: () => api.call(getPublishPolicy, {}) });
  const save = useMutation({
    mutationFn: (body: PublishPolicy) => api.call(setPublishPolicy, { body }),
    onSuccess: (changed) => {
      queries.setQueryData(KEYS.publishPolicy, changed);
      setChanging(false);
    },
  });
  return (
    <Panel title="Evidence for releases">
      <Loaded query={policy}>
        {({ requireCosign }) => (
          <div className="stack">
            {requireCosign ? (
              <PolicyFacts policy={requireCosign} />
            ) : (
              <p>A release needs its publisher's signature only.</p>
            )}
            {may ? (
              <div className="actions">
                <button type="button" onClick={() => setChanging(true)}>
                  {requireCosign ? 'Change…' : 'Ask for cosign signatures…'}
                </button>
                {requireCosign ? (
                  <ConfirmButton words="Ask for none" onConfirm={() => save.mutate({ requireCosign: null })} />
                ) : null}
              </div>
            ) : (
              <p className="quiet">Changed by admins.</p>
            )}
            {isChanging ? (
              <EvidenceDialog
                policy={requireCosign}
                error={save.error}
                isPending={save.isPending}
                onSave={(changed) => save.mutate({ requireCosign: changed })}
                onClose={() => {
                  save.reset();
                  setChanging(false);
                }}
              />
            ) : (
              <ErrorNotice error={save.error} />
            )}
          </div>
        )}
      </Loaded>
    </Panel>
  );
}

function PolicyFacts({ policy }: { readonly policy: CosignPolicy }) {
  const { keys, identities, trustedRoot, transparencyLog } = policy;
  return (
    <>
      <p>Each artifact of a release needs a cosign signature, by one of:</p>
      <Facts
        facts={[
          ['Keys', keys.length === 0 ? 'none' : `${counted(keys.length, 'public key')}`],
          [
            'Signers',
            identities.length === 0 ? (
              'none'
            ) : (
              <ul key="signers" className="lines">
                {identities.map(({ subject, issuer }) => (
                  <li key={`${subject} ${issuer}`}>
                    {subject}, as {issuer} says
                  </li>
                ))}
              </ul>
            ),
          ],
          ['Trusted root', trustedRoot === undefined ? 'none' : 'pinned here'],
          ['Log', transparencyLog ? 'keys too must have signed into a transparency log' : 'asked for of signers only'],
        ]}
      />
    </>
  );
}
