import { useQuery } from '@tanstack/react-query';
import { getTrustPublisher, LIMITS, listReleases, nullIfMissing } from '@wherry/protocol';
import { Link } from 'react-router';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { useMay } from '../api/session.ts';
import { PAGES } from '../pages.ts';
import { Badge } from '../parts/Badge.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { releaseStanding, STANDING_LOOKS } from './release-standing.ts';

/** The releases of an app, and whether its publishers still name each: what they do not name is started nowhere any more. */
export function NamedReleases({ app, floor }: { readonly app: string; readonly floor: number }) {
  const may = useMay(listReleases);
  const query = useQuery({
    queryKey: KEYS.trustPublisher(app),
    queryFn: async () => {
      // Null: its publishers have signed nothing yet.
      const named = await nullIfMissing(api.call(getTrustPublisher, { params: { app: app as never } }));
      const { items } = may
        ? await api.call(listReleases, { query: { app: app as never, limit: LIMITS.pageSizeMax } })
        : { items: [] };
      return items.map(({ version, digest, releaseCounter }) => ({
        version,
        counter: releaseCounter,
        look: STANDING_LOOKS[releaseStanding({ digest, releaseCounter }, named, floor)],
      }));
    },
  });
  return (
    <Loaded query={query}>
      {(releases) =>
        releases.length === 0 ? (
          <p className="quiet">{may ? 'Nothing was published yet.' : 'Your token does not see releases.'}</p>
        ) : (
          <ul className="named-releases">
            {releases.map(({ version, counter, look }) => (
              <li key={version}>
                <Link to={PAGES.release(app, version)}>{version}</Link> <span className="quiet">number {counter}</span>{' '}
                <Badge look={look} />
              </li>
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}
