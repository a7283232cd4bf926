import { MEMBER_STATES, type MemberState } from '@wherry/protocol';
import { MEMBER_LOOKS } from '../words/member-states.ts';

interface MemberFilterProps {
  readonly waves: number;
  readonly wave?: number | undefined;
  readonly state?: MemberState | undefined;
  /** An empty value filters nothing. */
  readonly onChange: (name: 'wave' | 'state', value: string) => void;
}

export function MemberFilter({ waves, wave, state, onChange }: MemberFilterProps) {
  return (
    <div className="actions">
      <select aria-label="Wave" value={wave ?? ''} onChange={({ target }) => onChange('wave', target.value)}>
        <option value="">all waves</option>
        {Array.from({ length: waves }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a wave is its index
          <option key={index} value={index}>
            wave {index + 1}
          </option>
        ))}
      </select>
      <select aria-label="State" value={state ?? ''} onChange={({ target }) => onChange('state', target.value)}>
        <option value="">all states</option>
        {MEMBER_STATES.map((each) => (
          <option key={each} value={each}>
            {MEMBER_LOOKS[each].label}
          </option>
        ))}
      </select>
    </div>
  );
}
