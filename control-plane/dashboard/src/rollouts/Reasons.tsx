import type { RolloutExplanation } from '@wherry/protocol';
import { RelativeTime } from '../parts/RelativeTime.tsx';

interface ReasonsProps extends Pick<RolloutExplanation, 'because' | 'waitsFor' | 'wouldChange'> {
  /** Null where it is on the page already. */
  readonly sentence: string | null;
}

/** The three questions of an operator: why, what does it wait for, what would change it. */
export function Reasons({ sentence, because, waitsFor, wouldChange }: ReasonsProps) {
  return (
    <div className="stack reasons">
      {sentence === null ? null : (
        <p>
          <b>{sentence}</b>
        </p>
      )}
      <List title="Because" facts={because.map((fact) => ({ ...fact, atMs: null }))} />
      <List title="It waits for" facts={waitsFor} />
      <List title="What would change it" facts={wouldChange.map((fact) => ({ ...fact, atMs: null }))} />
    </div>
  );
}

function List({ title, facts }: { readonly title: string; readonly facts: ReasonsProps['waitsFor'] }) {
  if (facts.length === 0) return null;
  return (
    <div>
      <h3>{title}</h3>
      <ul>
        {facts.map(({ name, sentence, atMs }) => (
          <li key={`${name} ${sentence}`} data-fact={name}>
            {sentence}
            {atMs === null ? null : (
              <span className="quiet">
                {' '}
                (<RelativeTime atMs={atMs} />)
              </span>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
