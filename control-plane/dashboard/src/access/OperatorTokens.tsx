import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { listOperatorTokens, type OperatorToken, removeOperatorToken } from '@wherry/protocol';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { ConfirmButton } from '../parts/ConfirmButton.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { ErrorNotice } from '../parts/Notice.tsx';
import { Panel } from '../parts/Panel.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';
import { NewOperatorToken } from './NewOperatorToken.tsx';

export function OperatorTokens() {
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: KEYS.operatorTokens });
  const tokens = useQuery({ queryKey: KEYS.operatorTokens, queryFn: () => api.call(listOperatorTokens, {}) });
  const remove = useMutation({
    mutationFn: (id: string) => api.call(removeOperatorToken, { params: { id } }),
    onSuccess: refresh,
  });
  return (
    <Panel title="Operator tokens">
      <p className="quiet">Programs sign in with these, people with accounts. Revoking one ends its sessions.</p>
      <Loaded query={tokens}>
        {({ items }) => (
          <ul className="rows">
            {items.map((token) => (
              <li key={token.id}>
                <OperatorTokenWords token={token} />
                <ConfirmButton words="Revoke" onConfirm={() => remove.mutate(token.id)} />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <ErrorNotice error={remove.error} />
      <NewOperatorToken onMade={() => void refresh()} />
    </Panel>
  );
}

function OperatorTokenWords({ token }: { readonly token: OperatorToken }) {
  return (
    <span>
      <strong>{token.name}</strong> {token.role}{' '}
      {token.scopes?.map((scope) => (
        <code key={scope} className="chip">
          {scope}
        </code>
      ))}{' '}
      <span className="quiet">
        {token.createdBy === null ? null : `made by ${token.createdBy}, `}last used{' '}
        <RelativeTime atMs={token.lastUsedAtMs} />
        {token.expiresAtMs === null ? null : (
          <>
            , expires <RelativeTime atMs={token.expiresAtMs} />
          </>
        )}
      </span>
    </span>
  );
}
