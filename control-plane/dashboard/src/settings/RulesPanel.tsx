import { useQuery } from '@tanstack/react-query';
import { getTenantSettings, setTenantSettings, type TenantSettings } from '@wherry/protocol';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { useMay } from '../api/session.ts';
import { Facts } from '../parts/Facts.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Panel } from '../parts/Panel.tsx';
import { duration } from '../words/time.ts';
import { percent } from '../words/units.ts';
import { RulesForm } from './RulesForm.tsx';

export function RulesPanel() {
  const may = useMay(setTenantSettings);
  const settings = useQuery({ queryKey: KEYS.settings, queryFn: () => api.call(getTenantSettings, {}) });
  return (
    <Panel title="Approvals and audit log">
      <Loaded query={settings}>
        {(known) => (
          <div className="stack">
            <RuleFacts settings={known} />
            {may ? (
              <RulesForm key={JSON.stringify(known)} settings={known} />
            ) : (
              <p className="quiet">Changed by admins.</p>
            )}
          </div>
        )}
      </Loaded>
    </Panel>
  );
}

function RuleFacts({ settings: { approvals, audit } }: { readonly settings: TenantSettings }) {
  return (
    <Facts
      facts={[
        [
          'Approval',
          approvals.aboveShare === null
            ? 'nobody else has to approve a rollout'
            : `another operator approves rollouts above ${percent(approvals.aboveShare)} of the devices`,
        ],
        ['Audit log', audit.keptMs === null ? 'kept for good' : `kept for ${duration(audit.keptMs)}`],
      ]}
    />
  );
}
