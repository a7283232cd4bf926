import { useQuery } from '@tanstack/react-query';
import { listAttention } from '@wherry/protocol';
import { Link } from 'react-router';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { PAGES } from '../pages.ts';
import { Badge } from '../parts/Badge.tsx';
import { Panel } from '../parts/Panel.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';
import { ATTENTION_WORDS } from '../words/attention.ts';

/** Devices that wait for an operator's word; those that were set aside are in no other list. Nothing when there are none. */
export function AttentionPanel() {
  const waiting = useQuery({ queryKey: KEYS.attention, queryFn: () => api.call(listAttention, {}) });
  const items = waiting.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <div className="above">
      <Panel title="Waiting for a decision">
        <ul className="rows">
          {items.map(({ device, identity }) => (
            <li key={device} data-row={device}>
              <span className="device-name">
                <Link to={PAGES.device(device)}>{device}</Link>
                {identity?.attention ? <Badge look={ATTENTION_WORDS[identity.attention].look} /> : null}
              </span>
              <span className="quiet">
                since <RelativeTime atMs={identity?.sinceMs ?? null} />
              </span>
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  );
}
