import { useQuery } from '@tanstack/react-query';
import { listPublisherKeys, type ReleaseView } from '@wherry/protocol';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { Facts } from '../parts/Facts.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';

export function ReleaseFacts({ release }: { readonly release: ReleaseView }) {
  const keys = useQuery({ queryKey: KEYS.publisherKeys, queryFn: () => api.call(listPublisherKeys, {}) });
  const nameOf = (id: string) => keys.data?.items.find((key) => key.id === id)?.name;
  return (
    <Facts
      facts={[
        ['Published', <RelativeTime key="published" atMs={release.publishedAtMs} />],
        [
          'Signed by',
          release.signedBy.map((id) => (
            <span key={id} className="signer">
              {nameOf(id) ?? 'a key that was removed'} <code className="digest">{id}</code>
            </span>
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
