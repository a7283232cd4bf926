import { useQuery } from '@tanstack/react-query';
import { getTrust } from '@wherry/protocol';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { Loaded } from '../parts/Loaded.tsx';
import { Panel } from '../parts/Panel.tsx';

/** Who may sign releases. It is changed where the keys are, never here: this page has none. */
export function Publishers() {
  const trust = useQuery({ queryKey: KEYS.trust, queryFn: () => api.call(getTrust, {}) });
  return (
    <Panel title="Publishers">
      <p className="quiet">Who signs the releases of an app. Changed by the owner's keys, with wherry trust.</p>
      <Loaded query={trust}>
        {({ targets }) => {
          const roles = targets?.signed.delegations.roles ?? [];
          if (roles.length === 0)
            return (
              <p>
                Nobody yet, so nothing can be published. Begin with <code>wherry trust init --app APP</code>.
              </p>
            );
          return (
            <ul className="rows">
              {roles.map(({ name, paths, keyids, threshold }) => (
                <li key={name}>
                  <span>
                    <strong>{paths[0]?.split('/')[1]}</strong>{' '}
                    <span className="quiet">
                      {threshold} of {keyids.length}:
                    </span>{' '}
                    {keyids.map((id) => (
                      <code key={id} className="digest">
                        {id.slice(0, 12)}{' '}
                      </code>
                    ))}
                  </span>
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
    </Panel>
  );
}
