import type { Rollout } from '@wherry/protocol';
import { Link } from 'react-router';
import { PAGES } from '../pages.ts';
import { type Fact, Facts } from '../parts/Facts.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';
import { duration } from '../words/time.ts';
import { counted } from '../words/units.ts';
import { timingFacts } from './timing-facts.tsx';

export function RolloutFacts({ rollout }: { readonly rollout: Rollout }) {
  const config = Object.entries(rollout.config);
  const facts: readonly Fact[] = [
    [
      'Devices',
      <Link key="devices" to={PAGES.fleet(rollout.selector)}>
        {rollout.selector === '' ? 'all devices' : <code>{rollout.selector}</code>}
      </Link>,
    ],
    ['In flight', `${rollout.maxInFlight} at most`],
    ['Deadline', `${duration(rollout.deadlineMs)} for each device`],
    ['Soak', duration(rollout.soakMs)],
    ...timingFacts(rollout),
    [
      rollout.state === 'draft' || rollout.state === 'scheduled' ? 'Made' : 'Started',
      <span key="started">
        <RelativeTime atMs={rollout.createdAtMs} /> by {rollout.createdBy}
      </span>,
    ],
    ...(rollout.finishedAtMs === null
      ? []
      : ([['Finished', <RelativeTime key="finished" atMs={rollout.finishedAtMs} />]] as const)),
    ...(config.length > 0 ? ([['Config', config.map((pair) => pair.join('=')).join(', ')]] as const) : []),
    ...(rollout.reverts
      ? ([
          [
            'Takes back',
            <Link key="reverts" to={PAGES.rollout(rollout.reverts)}>
              another rollout
            </Link>,
          ],
        ] as const)
      : []),
    ...(rollout.revertedBy
      ? ([
          [
            'Taken back by',
            <Link key="revertedBy" to={PAGES.rollout(rollout.revertedBy)}>
              another rollout
            </Link>,
          ],
        ] as const)
      : []),
  ];
  return (
    <>
      <Facts facts={facts} />
      <p className="quiet">
        {counted(rollout.waves.length, 'wave')}. A wave begins when the gate of the one before it is met.
      </p>
    </>
  );
}
