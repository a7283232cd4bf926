import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ClaimToken, listClaimTokens, removeClaimToken } from '@wherry/protocol';
import { Link } from 'react-router';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { PAGES } from '../pages.ts';
import { ConfirmButton } from '../parts/ConfirmButton.tsx';
import { Labels } from '../parts/Labels.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { ErrorNotice } from '../parts/Notice.tsx';
import { Panel } from '../parts/Panel.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';

export function ClaimTokens() {
  const queries = useQueryClient();
  const tokens = useQuery({
    queryKey: KEYS.claimTokens,
    queryFn: () => api.call(listClaimTokens, { query: { limit: 50 } }),
  });
  const remove = useMutation({
    mutationFn: (id: string) => api.call(removeClaimToken, { params: { id } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: KEYS.claimTokens }),
  });
  return (
    <Panel title="Claim tokens">
      <p className="quiet">Each lets one new device in, once. Make them on the fleet page.</p>
      <Loaded query={tokens}>
        {({ items }) =>
          items.length === 0 ? (
            <p>None.</p>
          ) : (
            <ul className="rows">
              {items.map((token) => (
                <li key={token.id}>
                  <ClaimTokenWords token={token} />
                  {token.usedBy === null ? (
                    <ConfirmButton words="Take back" onConfirm={() => remove.mutate(token.id)} />
                  ) : null}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      <ErrorNotice error={remove.error} />
    </Panel>
  );
}

function ClaimTokenWords({ token }: { readonly token: ClaimToken }) {
  return (
    <span>
      <code>{token.id}</code>{' '}
      {token.usedBy ? (
        <>
          used by <Link to={PAGES.device(token.usedBy)}>{token.usedBy}</Link>
        </>
      ) : (
        <>
          {token.device ? `for ${token.device}, ` : ''}
          {token.expiresAtMs < Date.now() ? 'expired ' : 'expires '}
          <RelativeTime atMs={token.expiresAtMs} />
        </>
      )}{' '}
      {Object.keys(token.labels).length > 0 ? <Labels labels={token.labels} /> : null}
    </span>
  );
}
