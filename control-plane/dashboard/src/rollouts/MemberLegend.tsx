import type { MemberState } from '@wherry/protocol';
import { Icon } from '../parts/Icon.tsx';
import { BAR_ORDER, MEMBER_LOOKS } from '../words/member-states.ts';
import type { Counts } from './counts.ts';

interface MemberLegendProps {
  readonly counts: Counts;
  readonly onState: (state: MemberState) => void;
}

/** The counts of a wave in words; a press filters the table of devices. */
export function MemberLegend({ counts, onState }: MemberLegendProps) {
  return (
    <ul className="legend">
      {BAR_ORDER.filter((state) => counts[state] > 0).map((state) => {
        const { label, tone, shape, hint } = MEMBER_LOOKS[state];
        return (
          <li key={state}>
            <button type="button" className="plain" data-tone={tone} title={hint} onClick={() => onState(state)}>
              <Icon shape={shape} />
              <b>{counts[state]}</b> {label}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
