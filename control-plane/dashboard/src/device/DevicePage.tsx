import { useQuery } from '@tanstack/react-query';
import { getDevice, listDeviceSecrets, reclaimDevice, removeDevice } from '@wherry/protocol';
import { useState } from 'react';
import { useParams } from 'react-router';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { useMay } from '../api/session.ts';
import { Loaded } from '../parts/Loaded.tsx';
import { OnlineDot } from '../parts/OnlineDot.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Panel } from '../parts/Panel.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';
import { AttentionNotice } from './AttentionNotice.tsx';
import { DecommissionDialog } from './DecommissionDialog.tsx';
import { EventList } from './EventList.tsx';
import { IdentityFacts } from './IdentityFacts.tsx';
import { LabelEditor } from './LabelEditor.tsx';
import { LogPanel } from './LogPanel.tsx';
import { ReclaimDialog } from './ReclaimDialog.tsx';
import { SecretList } from './SecretList.tsx';
import { UsagePanel } from './UsagePanel.tsx';
import { WorkloadList } from './WorkloadList.tsx';

export function DevicePage() {
  const { device: name = '' } = useParams();
  return <DeviceOf key={name} name={name} />;
}

function DeviceOf({ name }: { readonly name: string }) {
  const [asked, setAsked] = useState<'remove' | 'reclaim' | null>(null);
  const may = { remove: useMay(removeDevice), reclaim: useMay(reclaimDevice), secrets: useMay(listDeviceSecrets) };
  const onReclaim = may.reclaim ? () => setAsked('reclaim') : null;
  const query = useQuery({
    queryKey: KEYS.device(name),
    queryFn: () => api.call(getDevice, { params: { device: name } }),
  });
  return (
    <>
      <PageHead
        title={name}
        sub={
          query.data ? (
            <>
              <OnlineDot isOnline={query.data.online} /> {query.data.online ? 'online' : 'offline'}, last heard{' '}
              <RelativeTime atMs={query.data.seenAtMs} />
            </>
          ) : null
        }
      >
        {onReclaim && query.data ? (
          <button type="button" onClick={onReclaim}>
            New identity…
          </button>
        ) : null}
        {may.remove && query.data ? (
          <button type="button" className="danger" onClick={() => setAsked('remove')}>
            Decommission…
          </button>
        ) : null}
      </PageHead>
      <Loaded query={query}>
        {(device) => (
          <>
            <AttentionNotice device={device} onReclaim={onReclaim} />
            <div className="device-grid">
              <div className="device-main">
                <Panel title="Workloads">
                  <WorkloadList device={device} />
                </Panel>
                <UsagePanel device={name} apps={device.workloads.map(({ app }) => app)} />
                <LogPanel device={name} isOnline={device.online} />
              </div>
              <div className="device-side">
                <Panel title="Identity">
                  <IdentityFacts device={device} />
                </Panel>
                <Panel title="Labels">
                  <LabelEditor device={device} />
                </Panel>
                {may.secrets ? <SecretList device={name} /> : null}
                <EventList device={name} />
              </div>
            </div>
          </>
        )}
      </Loaded>
      {asked === 'remove' ? <DecommissionDialog device={name} onClose={() => setAsked(null)} /> : null}
      {asked === 'reclaim' ? <ReclaimDialog device={name} onClose={() => setAsked(null)} /> : null}
    </>
  );
}
