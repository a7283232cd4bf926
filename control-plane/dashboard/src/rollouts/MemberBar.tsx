import { BAR_ORDER, MEMBER_LOOKS } from '../words/member-states.ts';
import { type Counts, countOf } from './counts.ts';

/** A bar cut into the states of its members; stripes mark failures for those who do not see the colour. */
export function MemberBar({ counts }: { readonly counts: Counts }) {
  const total = Math.max(1, countOf(counts, BAR_ORDER));
  const shown = BAR_ORDER.filter((state) => counts[state] > 0);
  const words = shown.map((state) => `${counts[state]} ${MEMBER_LOOKS[state].label}`).join(', ');
  return (
    <div className="member-bar" role="img" aria-label={words || 'no devices'}>
      {shown.map((state) => (
        <span
          key={state}
          data-tone={MEMBER_LOOKS[state].tone}
          data-state={state}
          title={`${counts[state]} ${MEMBER_LOOKS[state].label}`}
          style={{ flexGrow: counts[state] / total }}
        />
      ))}
    </div>
  );
}
