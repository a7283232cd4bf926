import { type CosignPolicy, LIMITS } from '@wherry/protocol';
import { useState } from 'react';
import { Dialog } from '../parts/Dialog.tsx';
import { Field } from '../parts/Field.tsx';
import { FormActions } from '../parts/FormActions.tsx';
import { ErrorNotice } from '../parts/Notice.tsx';
import { policyFieldsOf, readPolicy } from './read-policy.ts';

interface EvidenceDialogProps {
  readonly policy: CosignPolicy | null;
  readonly error: unknown;
  readonly isPending: boolean;
  readonly onSave: (policy: CosignPolicy) => void;
  readonly onClose: () => void;
}

export function EvidenceDialog({ policy, error, isPending, onSave, onClose }: EvidenceDialogProps) {
  const [fields, setFields] = useState(() => policyFieldsOf(policy));
  const [isTried, setTried] = useState(false);
  const read = readPolicy(fields);
  const change = (part: Partial<typeof fields>) => setFields({ ...fields, ...part });
  return (
    <Dialog title="Cosign signatures that a release needs" onClose={onClose}>
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (typeof read !== 'string') onSave(read);
        }}
      >
        <Field label="Public keys" hint="PEM, one below the other: cosign.pub.">
          {(ids) => (
            <textarea
              {...ids}
              className="mono"
              rows={5}
              spellCheck={false}
              value={fields.keys}
              onChange={({ target }) => change({ keys: target.value })}
            />
          )}
        </Field>
        <Field label="Signers" hint="One a line: subject, issuer. Both exactly as the certificate names them.">
          {(ids) => (
            <textarea
              {...ids}
              className="mono"
              rows={3}
              spellCheck={false}
              value={fields.identities}
              onChange={({ target }) => change({ identities: target.value })}
            />
          )}
        </Field>
        <Field
          label="Trusted root"
          hint={
            fields.trustedRoot === ''
              ? 'trusted_root.json, against which certificates and logs are held. It is pinned: nothing is fetched.'
              : 'One is pinned. Choose a file to put another one in its place.'
          }
        >
          {(ids) => (
            <input
              {...ids}
              type="file"
              accept=".json,application/json"
              onChange={({ target: { files } }) =>
                void files?.[0]
                  ?.slice(0, LIMITS.trustedRootBytes + 1)
                  .text()
                  .then((trustedRoot) => change({ trustedRoot }))
              }
            />
          )}
        </Field>
        <label className="check">
          <input
            type="checkbox"
            checked={fields.transparencyLog}
            onChange={({ target }) => change({ transparencyLog: target.checked })}
          />
          Keys too must have signed into a transparency log of the trusted root
        </label>
        {isTried && typeof read === 'string' ? (
          <p className="field-error" role="alert">
            {read}
          </p>
        ) : null}
        <ErrorNotice error={error} />
        <FormActions words="Ask for them" isDisabled={isPending} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
