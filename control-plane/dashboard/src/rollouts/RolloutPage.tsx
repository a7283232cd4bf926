import { useQuery } from '@tanstack/react-query';
import { getRollout, type MemberState } from '@wherry/protocol';
import { useRef } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { PAGES } from '../pages.ts';
import { Badge } from '../parts/Badge.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Panel } from '../parts/Panel.tsx';
import { ROLLOUT_LOOKS } from '../words/rollout-states.ts';
import { AwaitsNotice } from './AwaitsNotice.tsx';
import { ExplainPanel } from './ExplainPanel.tsx';
import { MemberPanel } from './MemberPanel.tsx';
import { RolloutActions } from './RolloutActions.tsx';
import { RolloutFacts } from './RolloutFacts.tsx';
import { VerdictBanner } from './VerdictBanner.tsx';
import { WaveList } from './WaveList.tsx';

export function RolloutPage() {
  const { id = '' } = useParams();
  const [, setSearch] = useSearchParams();
  const members = useRef<HTMLDivElement>(null);
  const query = useQuery({ queryKey: KEYS.rollout(id), queryFn: () => api.call(getRollout, { params: { id } }) });
  const rollout = query.data;
  const filter = (wave: number, state?: MemberState) => {
    setSearch({ wave: String(wave), ...(state ? { state } : {}) });
    members.current?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <>
      <PageHead
        title={rollout ? `${rollout.app} ${rollout.version}` : 'Rollout'}
        sub={
          rollout ? (
            <>
              <span role="status" className="rollout-state" data-state={rollout.state}>
                <Badge look={ROLLOUT_LOOKS[rollout.state]} />
              </span>{' '}
              {rollout.rollback ? 'rollback' : 'rollout'} of{' '}
              <Link to={PAGES.release(rollout.app, rollout.version)}>
                {rollout.app} {rollout.version}
              </Link>
            </>
          ) : null
        }
      >
        {rollout ? <RolloutActions rollout={rollout} /> : null}
      </PageHead>
      <Loaded query={query}>
        {(known) => (
          <>
            {known.awaits ? (
              <div className="above">
                <AwaitsNotice rollout={known} />
              </div>
            ) : null}
            {known.verdict ? <VerdictBanner verdict={known.verdict} isHalted={known.state === 'halted'} /> : null}
            <div className="rollout-grid">
              <Panel title="Waves">
                <WaveList rollout={known} onFilter={filter} />
              </Panel>
              <div className="panel-stack">
                <ExplainPanel rollout={known} />
                <Panel title="Rollout">
                  <RolloutFacts rollout={known} />
                </Panel>
              </div>
            </div>
            <div ref={members}>
              <MemberPanel rollout={known} />
            </div>
          </>
        )}
      </Loaded>
    </>
  );
}
