import type { AuthorityStatus } from '@wherry/protocol';
import { Badge } from '../parts/Badge.tsx';
import { type Fact, Facts } from '../parts/Facts.tsx';
import { Panel } from '../parts/Panel.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';
import { AUTHORITY_PHASE_LOOKS } from '../words/authority-phases.ts';
import { counted } from '../words/units.ts';

/** How far devices have come from one authority to the other. */
export function RollOverPanel({ status }: { readonly status: AuthorityStatus }) {
  const { phase, sinceMs, stays, leaves, devices, heardWithinDays } = status;
  const held = devices.waiting + devices.silent;
  const underWay: readonly Fact[] =
    leaves === null
      ? [['Devices', `${counted(devices.moved, 'device')} with a certificate of it`]]
      : [
          ['To', <Fingerprint key="to" of={stays} />],
          ['Away from', <Fingerprint key="from" of={leaves} />],
          ['Moved', counted(devices.moved, 'device')],
          ['Not yet', counted(held, 'device')],
          [
            'Of these',
            `${devices.waiting} heard within ${counted(heardWithinDays, 'day')}, ${devices.silent} silent for longer`,
          ],
        ];
  return (
    <Panel title="Roll-over to another one" aside={<Badge look={AUTHORITY_PHASE_LOOKS[phase]} />}>
      <Facts
        facts={[[leaves === null ? 'Last one' : 'Since', <RelativeTime key="since" atMs={sinceMs} />], ...underWay]}
      />
    </Panel>
  );
}

/** By its beginning, whole to be pointed at. */
function Fingerprint({ of }: { readonly of: string }) {
  return (
    <code className="digest" title={of}>
      {of.slice(0, 16)}…
    </code>
  );
}
