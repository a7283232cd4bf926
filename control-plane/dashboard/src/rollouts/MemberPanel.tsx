import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type DeviceId, listRolloutMembers, MEMBER_STATES, type MemberState, type Rollout } from '@wherry/protocol';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { Loaded } from '../parts/Loaded.tsx';
import { Pager } from '../parts/Pager.tsx';
import { Panel } from '../parts/Panel.tsx';
import { counted } from '../words/units.ts';
import { MemberDialog } from './MemberDialog.tsx';
import { MemberFilter } from './MemberFilter.tsx';
import { MemberTable } from './MemberTable.tsx';

export function MemberPanel({ rollout }: { readonly rollout: Rollout }) {
  const [search, setSearch] = useSearchParams();
  const [explained, setExplained] = useState<DeviceId | null>(null);
  const wave = readWave(search.get('wave'), rollout.waves.length);
  const state = readState(search.get('state'));
  const cursor = search.get('cursor') ?? undefined;
  const members = useQuery({
    queryKey: [...KEYS.members(rollout.id), wave, state, cursor],
    queryFn: () =>
      api.call(listRolloutMembers, { params: { id: rollout.id }, query: { wave, state, cursor, limit: 50 } }),
    placeholderData: keepPreviousData,
  });
  return (
    <Panel
      title="Devices"
      aside={
        <MemberFilter
          waves={rollout.waves.length}
          wave={wave}
          state={state}
          onChange={(name, value) => {
            // The address as it is now: two choices in a row may come before the first one is shown.
            const next = new URLSearchParams(window.location.search);
            next.delete('cursor');
            if (value === '') next.delete(name);
            else next.set(name, value);
            setSearch(next);
          }}
        />
      }
    >
      <Loaded query={members}>
        {(page) =>
          page.items.length === 0 ? (
            <p className="quiet">No device is here now.</p>
          ) : (
            <>
              <MemberTable members={page.items} isStale={members.isPlaceholderData} onExplain={setExplained} />
              <Pager nextCursor={page.nextCursor} shown={`${counted(page.items.length, 'device')} shown`} />
            </>
          )
        }
      </Loaded>
      {explained ? <MemberDialog rollout={rollout.id} device={explained} onClose={() => setExplained(null)} /> : null}
    </Panel>
  );
}

/** The URL is an edge: what is no wave or state of this rollout filters nothing. */
function readWave(text: string | null, waves: number): number | undefined {
  const wave = Number(text);
  return text !== null && Number.isInteger(wave) && wave >= 0 && wave < waves ? wave : undefined;
}

function readState(text: string | null): MemberState | undefined {
  return MEMBER_STATES.find((state) => state === text);
}
