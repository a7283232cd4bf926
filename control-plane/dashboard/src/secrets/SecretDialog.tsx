import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { LIMITS } from '@wherry/protocol';
import { useState } from 'react';
import { KEYS } from '../api/keys.ts';
import { useSession } from '../api/session.ts';
import { Dialog } from '../parts/Dialog.tsx';
import { FormActions } from '../parts/FormActions.tsx';
import { MatchedDevices } from '../parts/MatchedDevices.tsx';
import { ErrorNotice, Notice } from '../parts/Notice.tsx';
import { selectorFaultIn } from '../words/problem.ts';
import { ChangedKeysNotice } from './ChangedKeysNotice.tsx';
import { whyNotSealing } from './can-seal.ts';
import { HandedOutNotice } from './HandedOutNotice.tsx';
import { setNewSecret } from './hand-out.ts';
import { SecretNameFields } from './SecretNameFields.tsx';
import { SecretValueField } from './SecretValueField.tsx';

/** What is known of the secret before the dialog opens; a version that is there already has all of it. */
export interface SecretTarget {
  readonly app?: string;
  readonly name?: string;
  readonly selector?: string;
}

interface SecretDialogProps {
  readonly target: SecretTarget;
  readonly onClose: () => void;
}

export function SecretDialog({ target, onClose }: SecretDialogProps) {
  const { tenant } = useSession();
  const queries = useQueryClient();
  const [fields, setFields] = useState({ app: '', name: '', selector: '', ...target, isKept: true });
  const [value, setValue] = useState<Uint8Array | null>(null);
  const refusal = useQuery({ queryKey: [...KEYS.browserKey, 'why-not'], queryFn: whyNotSealing });
  const set = useMutation({
    mutationFn: async (accepted: readonly string[]) => {
      const named = { ...fields, app: fields.app.trim(), name: fields.name.trim(), selector: fields.selector.trim() };
      return await setNewSecret(tenant, { ...named, value: value ?? new Uint8Array() }, new Set(accepted));
    },
    onSuccess: (handed) => {
      if ('changedKeys' in handed) return;
      value?.fill(0);
      setValue(null);
      void queries.invalidateQueries({ queryKey: KEYS.secrets });
      void queries.invalidateQueries({ queryKey: KEYS.browserKey });
    },
  });
  const title = target.selector === undefined ? 'Set a secret' : `New value of ${target.app} ${target.name}`;
  if (set.data && 'secret' in set.data)
    return (
      <Dialog title={title} onClose={onClose}>
        <div className="stack">
          <HandedOutNotice handed={set.data} />
          <div className="actions">
            <button type="button" className="primary" onClick={onClose}>
              Done
            </button>
          </div>
        </div>
      </Dialog>
    );
  const canSet =
    value !== null && value.length <= LIMITS.secretBytes && selectorFaultIn(fields.selector.trim()) === null;
  const seal = (accepted: readonly string[]) => {
    if (canSet) set.mutate(accepted);
  };
  const changed = set.data?.changedKeys ?? null;
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          seal([]);
        }}
      >
        {refusal.data ? <Notice tone="watch">{refusal.data}</Notice> : null}
        {target.selector === undefined ? (
          <SecretNameFields
            app={fields.app}
            name={fields.name}
            onChange={(part) => setFields({ ...fields, ...part })}
          />
        ) : null}
        <MatchedDevices selector={fields.selector} onSelector={(selector) => setFields({ ...fields, selector })} />
        <SecretValueField onValue={setValue} />
        <label className="check">
          <input
            type="checkbox"
            checked={fields.isKept}
            onChange={({ target: { checked } }) => setFields({ ...fields, isKept: checked })}
          />
          Seal it to this browser too, so that devices which come later can be given it from here
        </label>
        {changed === null ? null : (
          <ChangedKeysNotice devices={changed} isDisabled={!canSet} onAccept={() => seal(changed)} />
        )}
        <ErrorNotice error={set.error} />
        <FormActions
          words={set.isPending ? 'Sealing…' : 'Seal and set'}
          isDisabled={!canSet || set.isPending || Boolean(refusal.data)}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
