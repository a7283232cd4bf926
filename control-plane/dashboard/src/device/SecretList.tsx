import { useQuery } from '@tanstack/react-query';
import { listDeviceSecrets } from '@wherry/protocol';
import { Link } from 'react-router';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { PAGES } from '../pages.ts';
import { Loaded } from '../parts/Loaded.tsx';
import { Panel } from '../parts/Panel.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';

/** What was ever sealed to a device: to be given new values when it is stolen. */
export function SecretList({ device }: { readonly device: string }) {
  const secrets = useQuery({
    queryKey: KEYS.deviceSecrets(device),
    queryFn: () => api.call(listDeviceSecrets, { params: { device } }),
  });
  return (
    <Panel title="Secrets that it can read">
      <Loaded query={secrets}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="quiet">None.</p>
          ) : (
            <>
              <ul className="rows">
                {items.map(({ app, name, version, newestVersion, atMs }) => (
                  <li key={`${app} ${name}`}>
                    <span>
                      <Link to={PAGES.secret(app, name)}>{`${app} ${name}`}</Link> version {version}
                      {version < newestVersion ? ' (replaced since)' : ''}
                    </span>
                    <span className="quiet">
                      <RelativeTime atMs={atMs} />
                    </span>
                  </li>
                ))}
              </ul>
              <p className="quiet">Is the device stolen? Give each a new value, at its source first.</p>
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}
