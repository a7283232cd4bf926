import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { listSecretRecipients, listSecrets, removeSecret, type SecretView, setSecret } from '@wherry/protocol';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { useMay } from '../api/session.ts';
import { PAGES } from '../pages.ts';
import { ConfirmButton } from '../parts/ConfirmButton.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { ErrorNotice } from '../parts/Notice.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Panel } from '../parts/Panel.tsx';
import { HandOnButton } from './HandOnButton.tsx';
import { RecipientPanel } from './RecipientPanel.tsx';
import { SecretDialog } from './SecretDialog.tsx';
import { SecretFacts } from './SecretFacts.tsx';

export function SecretPage() {
  const { app = '', name = '' } = useParams();
  const secrets = useQuery({ queryKey: KEYS.secrets, queryFn: () => api.call(listSecrets, {}) });
  const secret = secrets.data?.items.find((each) => each.app === app && each.name === name);
  if (secret) return <SecretOf key={`${app}/${name}`} secret={secret} />;
  return (
    <>
      <PageHead title={`${app} ${name}`} />
      <Loaded query={secrets}>{() => <p>No such secret is set. Perhaps it was removed.</p>}</Loaded>
    </>
  );
}

function SecretOf({ secret }: { readonly secret: SecretView }) {
  const { app, name, missing, selector } = secret;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [isSetting, setSetting] = useState(false);
  const may = { set: useMay(setSecret), remove: useMay(removeSecret), look: useMay(listSecretRecipients) };
  const remove = useMutation({
    mutationFn: () => api.call(removeSecret, { params: { app, name } }),
    onSuccess: async () => {
      await navigate(PAGES.secrets);
      await queries.invalidateQueries({ queryKey: KEYS.secrets });
    },
  });
  return (
    <>
      <PageHead title={`${app} ${name}`} sub="its value is known to the devices that can read it, and to nobody here">
        {may.set ? (
          <button type="button" className="primary" onClick={() => setSetting(true)}>
            New value…
          </button>
        ) : null}
        {may.remove ? <ConfirmButton words="Remove from all devices" onConfirm={() => remove.mutate()} /> : null}
      </PageHead>
      <ErrorNotice error={remove.error} />
      <div className="panels">
        <Panel title="Secret">
          <SecretFacts secret={secret} />
        </Panel>
        {may.set && missing > 0 ? <HandOnButton secrets={[secret]} /> : null}
      </div>
      <div className="below">
        {may.look ? (
          <RecipientPanel secret={secret} />
        ) : (
          <p className="quiet">Which devices can read it is shown to operators.</p>
        )}
      </div>
      {isSetting ? <SecretDialog target={{ app, name, selector }} onClose={() => setSetting(false)} /> : null}
    </>
  );
}
