import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createClaimToken, getOverview, listDevices } from '@wherry/protocol';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { useMay } from '../api/session.ts';
import { Loaded } from '../parts/Loaded.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Pager } from '../parts/Pager.tsx';
import { selectorFaultIn, selectorFaultOf } from '../words/problem.ts';
import { counted } from '../words/units.ts';
import { AttentionPanel } from './AttentionPanel.tsx';
import { ClaimDialog } from './ClaimDialog.tsx';
import { DeviceTable } from './DeviceTable.tsx';
import { EmptyFleet } from './EmptyFleet.tsx';
import { FleetCounts } from './FleetCounts.tsx';
import { SelectorBar } from './SelectorBar.tsx';

export function FleetPage() {
  const [search] = useSearchParams();
  const selector = search.get('selector') ?? '';
  const cursor = search.get('cursor') ?? undefined;
  const [isClaiming, setClaiming] = useState(false);
  const mayClaim = useMay(createClaimToken);
  const overview = useQuery({ queryKey: KEYS.overview, queryFn: () => api.call(getOverview, {}) });
  const typed = selectorFaultIn(selector);
  const devices = useQuery({
    enabled: typed === null,
    queryKey: [...KEYS.devices, 'page', selector, cursor],
    queryFn: () => api.call(listDevices, { query: { selector: selector || undefined, cursor, limit: 50 } }),
    placeholderData: keepPreviousData,
  });
  const fault = typed ?? selectorFaultOf(devices.error);
  const openClaim = () => setClaiming(true);
  return (
    <>
      <PageHead title="Fleet">
        {mayClaim ? (
          <button type="button" className="primary" onClick={openClaim}>
            Add a device
          </button>
        ) : null}
      </PageHead>
      <AttentionPanel />
      <Loaded query={overview}>{(counts) => <FleetCounts overview={counts} />}</Loaded>
      <SelectorBar key={selector} selector={selector} fault={fault} />
      {fault ? null : (
        <Loaded query={devices}>
          {(page) =>
            page.items.length === 0 ? (
              <EmptyFleet isFiltered={selector !== ''} onClaim={mayClaim ? openClaim : null} />
            ) : (
              <>
                <DeviceTable devices={page.items} isStale={devices.isPlaceholderData} />
                <Pager
                  nextCursor={page.nextCursor}
                  shown={`${page.items.length} of ${counted(page.total, 'device')}`}
                />
              </>
            )
          }
        </Loaded>
      )}
      {isClaiming ? <ClaimDialog onClose={() => setClaiming(false)} /> : null}
    </>
  );
}
