import type { SecretView } from '@wherry/protocol';
import { Link } from 'react-router';
import { PAGES } from '../pages.ts';
import { Facts } from '../parts/Facts.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';
import { counted } from '../words/units.ts';
import { MissingCount } from './MissingCount.tsx';

export function SecretFacts({ secret }: { readonly secret: SecretView }) {
  const { version, selector, devices, missing, setAtMs, setBy } = secret;
  return (
    <Facts
      facts={[
        ['Version', version],
        [
          'For',
          <Link key="for" to={PAGES.fleet(selector)}>
            {selector === '' ? 'all devices' : <code>{selector}</code>}
          </Link>,
        ],
        ['Readable on', counted(devices, 'device')],
        ['Missing on', <MissingCount key="missing" missing={missing} />],
        [
          'Set',
          <span key="set">
            <RelativeTime atMs={setAtMs} /> by {setBy}
          </span>,
        ],
      ]}
    />
  );
}
