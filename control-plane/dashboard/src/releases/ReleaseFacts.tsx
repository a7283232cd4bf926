import type { ReleaseView } from '@wherry/protocol';
import { Facts } from '../parts/Facts.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';

export function ReleaseFacts({ release }: { readonly release: ReleaseView }) {
  return (
    <Facts
      facts={[
        ['Published', <RelativeTime key="published" atMs={release.publishedAtMs} />],
        [
          'Signed by',
          release.signedBy.map((id) => (
            <code key={id} className="signer digest">
              {id.slice(0, 12)}
            </code>
          )),
        ],
        ['Counter', String(release.releaseCounter)],
        [
          'Digest',
          <code key="digest" className="digest">
            {release.digest}
          </code>,
        ],
        ...(release.payload.notes ? ([['Notes', release.payload.notes]] as const) : []),
      ]}
    />
  );
}
