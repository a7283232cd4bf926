import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { KEYS } from '../api/keys.ts';
import { useSession } from '../api/session.ts';
import { ConfirmButton } from '../parts/ConfirmButton.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { ErrorNotice, Notice } from '../parts/Notice.tsx';
import { Panel } from '../parts/Panel.tsx';
import { forgetBrowserKey, readBrowserKey } from './browser-key.ts';
import { whyNotSealing } from './can-seal.ts';

/** What this browser can do with secrets, and what it keeps for that. */
export function BrowserKeyPanel() {
  const { tenant } = useSession();
  const queries = useQueryClient();
  const here = useQuery({
    queryKey: [...KEYS.browserKey, 'of', tenant],
    queryFn: async () => {
      const refusal = await whyNotSealing();
      return { refusal, key: refusal === null ? await readBrowserKey(tenant) : null };
    },
    refetchInterval: false,
  });
  const forget = useMutation({
    mutationFn: () => forgetBrowserKey(tenant),
    onSuccess: () => queries.invalidateQueries({ queryKey: KEYS.browserKey }),
  });
  return (
    <Panel title="This browser">
      <div className="stack">
        <ErrorNotice error={forget.error} />
        <Loaded query={here}>
          {({ refusal, key }) => (
            <>
              {refusal === null ? null : <Notice tone="watch">{refusal}</Notice>}
              {key === null ? (
                <p className="quiet">It keeps no key: nothing that was set here can be handed on from here.</p>
              ) : (
                <>
                  <p>
                    It keeps a key, to which what was set here is sealed too, so that devices which come later can be
                    given it. No script can read the key; whoever uses this browser and is signed in can use it.
                  </p>
                  <code className="digest">{key.id}</code>
                  <div className="actions">
                    <ConfirmButton words="Forget the key" onConfirm={() => forget.mutate()} />
                  </div>
                </>
              )}
            </>
          )}
        </Loaded>
        <p className="quiet">
          Sealing is done by this page, and the page comes from the control plane: it keeps values from whoever reads
          its database, its backups or the network. Where they must be safe from a control plane that was taken over
          too, set them with <code>wherry secret set</code>.
        </p>
      </div>
    </Panel>
  );
}
