import { useQuery } from '@tanstack/react-query';
import { getTrust } from '@wherry/protocol';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { useSession } from '../api/session.ts';
import { Loaded } from '../parts/Loaded.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Panel } from '../parts/Panel.tsx';
import { Publishers } from './Publishers.tsx';
import { RoleTable } from './RoleTable.tsx';
import { rolesOf } from './trust-roles.ts';

/** Who decides what may run. It is changed where the keys are, never here: this page has none. */
export function TrustPage() {
  const { tenant } = useSession();
  const trust = useQuery({ queryKey: KEYS.trust, queryFn: () => api.call(getTrust, {}) });
  return (
    <>
      <PageHead title="Trust" sub="who decides what may run here: changed by the owner's keys, with wherry trust" />
      <Loaded query={trust}>
        {(state) =>
          state.root === null || state.targets === null ? (
            <div className="empty">
              <h2>No keys yet</h2>
              <p>
                Nobody can publish anything. Begin with <code>wherry trust init --app APP</code> on your own machine: it
                makes the keys there, and they stay there.
              </p>
            </div>
          ) : (
            <div className="panel-stack">
              <Panel title="Keys">
                <RoleTable roles={rolesOf(state)} />
                <p className="quiet">
                  This is what the control plane says. <code>wherry trust audit</code> checks it against what your own
                  machine knows, and says what a thief of each key could do.
                </p>
              </Panel>
              <Publishers tenant={tenant} state={state} />
            </div>
          )
        }
      </Loaded>
    </>
  );
}
