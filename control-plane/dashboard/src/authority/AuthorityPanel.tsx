import type { AuthorityStatus } from '@wherry/protocol';
import { Badge } from '../parts/Badge.tsx';
import { Facts } from '../parts/Facts.tsx';
import { useNowMs } from '../parts/now.ts';
import { Panel } from '../parts/Panel.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';
import { day } from '../words/time.ts';
import { END_LOOKS, endOf } from './authority-end.ts';

/** The one whose certificate the control plane shows, and which new claim tokens name. */
export function AuthorityPanel({ status }: { readonly status: AuthorityStatus }) {
  const { current, notBeforeMs, notAfterMs } = status;
  const nowMs = useNowMs();
  return (
    <Panel title="The one that signs" aside={<Badge look={END_LOOKS[endOf(notAfterMs, nowMs)]} />}>
      <Facts
        facts={[
          [
            'Fingerprint',
            <code key="fingerprint" className="digest">
              {current}
            </code>,
          ],
          ['Since', <Moment key="since" atMs={notBeforeMs} />],
          ['Until', <Moment key="until" atMs={notAfterMs} />],
        ]}
      />
    </Panel>
  );
}

function Moment({ atMs }: { readonly atMs: number }) {
  return (
    <>
      {day(atMs)},{' '}
      <span className="quiet">
        <RelativeTime atMs={atMs} />
      </span>
    </>
  );
}
