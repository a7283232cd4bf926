import { useQuery } from '@tanstack/react-query';
import { getRelease, startRollout } from '@wherry/protocol';
import { Link, useParams } from 'react-router';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { useMay } from '../api/session.ts';
import { PAGES } from '../pages.ts';
import { Loaded } from '../parts/Loaded.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Panel } from '../parts/Panel.tsx';
import { counted } from '../words/units.ts';
import { ReleaseFacts } from './ReleaseFacts.tsx';
import { ReleaseGrants } from './ReleaseGrants.tsx';
import { VariantList } from './VariantList.tsx';

export function ReleasePage() {
  const { app = '', version = '' } = useParams();
  const may = useMay(startRollout);
  const query = useQuery({
    queryKey: [...KEYS.releases, 'one', app, version],
    queryFn: () => api.call(getRelease, { params: { app, version } }),
  });
  return (
    <>
      <PageHead
        title={`${app} ${version}`}
        sub={query.data ? `runs on ${counted(query.data.runningOn, 'device')}` : null}
      >
        {may && query.data ? (
          <Link className="button primary" to={PAGES.newRollout({ app, version })}>
            Roll out…
          </Link>
        ) : null}
      </PageHead>
      <Loaded query={query}>
        {(release) => (
          <div className="panels">
            <Panel title="Variants, first that fits wins">
              <VariantList variants={release.payload.variants} />
            </Panel>
            <Panel title="What it may do">
              <ReleaseGrants release={release.payload} />
            </Panel>
            <Panel title="Identity">
              <ReleaseFacts release={release} />
            </Panel>
          </div>
        )}
      </Loaded>
    </>
  );
}
