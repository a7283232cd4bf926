import type { MemberState, Rollout, Wave } from '@wherry/protocol';
import { Badge } from '../parts/Badge.tsx';
import { NEEDS_APPROVAL, WAVE_LOOKS } from '../words/rollout-states.ts';
import { counted } from '../words/units.ts';
import { GateFigures } from './GateFigures.tsx';
import { MemberBar } from './MemberBar.tsx';
import { MemberLegend } from './MemberLegend.tsx';

interface WaveListProps {
  readonly rollout: Rollout;
  readonly onFilter: (wave: number, state?: MemberState) => void;
}

export function WaveList({ rollout, onFilter }: WaveListProps) {
  return (
    <ol className="waves">
      {rollout.waves.map((wave) => (
        <li key={wave.index} className="wave" data-wave={wave.index} data-state={wave.state}>
          <WaveItem wave={wave} onFilter={onFilter} />
        </li>
      ))}
    </ol>
  );
}

function WaveItem({ wave, onFilter }: { readonly wave: Wave; readonly onFilter: WaveListProps['onFilter'] }) {
  return (
    <>
      <header className="spread">
        <h3>
          <button type="button" className="plain wave-name" onClick={() => onFilter(wave.index)}>
            Wave {wave.index + 1}
          </button>{' '}
          <span className="quiet">{counted(wave.total, 'device')}</span>
        </h3>
        <span className="actions">
          {wave.approval === 'given' ? (
            <span className="quiet">approved{wave.approvedBy ? ` by ${wave.approvedBy}` : ''}</span>
          ) : null}
          <Badge look={isToBeApproved(wave) ? NEEDS_APPROVAL : WAVE_LOOKS[wave.state]} />
        </span>
      </header>
      <MemberBar counts={wave.counts} />
      <MemberLegend counts={wave.counts} onState={(state) => onFilter(wave.index, state)} />
      <GateFigures wave={wave} />
    </>
  );
}

/** Its turn has not come, and when it does somebody has to approve it. */
function isToBeApproved({ approval, state }: Wave): boolean {
  return approval === 'needed' && state === 'pending';
}
