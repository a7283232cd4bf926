import { getPublishPolicy, getTenantSettings, listTenants } from '@wherry/protocol';
import { useMay, useSession } from '../api/session.ts';
import { PageHead } from '../parts/PageHead.tsx';
import { EvidencePanel } from './EvidencePanel.tsx';
import { RulesPanel } from './RulesPanel.tsx';
import { TenantsPanel } from './TenantsPanel.tsx';

export function SettingsPage() {
  const { tenant } = useSession();
  const may = { rules: useMay(getTenantSettings), evidence: useMay(getPublishPolicy), tenants: useMay(listTenants) };
  return (
    <>
      <PageHead title="Settings" sub={`rules of the tenant ${tenant}`} />
      <div className="panels">
        {may.rules ? <RulesPanel /> : null}
        {may.evidence ? <EvidencePanel /> : null}
        {may.tenants ? <TenantsPanel /> : null}
      </div>
    </>
  );
}
