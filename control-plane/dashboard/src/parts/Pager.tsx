import { useLocation, useSearchParams } from 'react-router';

interface PagerProps {
  readonly nextCursor: string | null;
  readonly shown: string;
}

interface Trail {
  readonly trail?: readonly (string | null)[];
}

/** Moves through a list by cursor. The cursor is in the URL; the way back is in the history entry. */
export function Pager({ nextCursor, shown }: PagerProps) {
  const [search, setSearch] = useSearchParams();
  const trail = (useLocation().state as Trail | null)?.trail ?? [];
  const cursor = search.get('cursor');
  const go = (to: string | null, newTrail: readonly (string | null)[]) => {
    const next = new URLSearchParams(search);
    if (to === null) next.delete('cursor');
    else next.set('cursor', to);
    setSearch(next, { state: { trail: newTrail } satisfies Trail });
  };
  return (
    <nav className="pager" aria-label="Pages">
      <span className="quiet">{shown}</span>
      {cursor === null && nextCursor === null ? null : (
        <span className="actions">
          <button type="button" disabled={cursor === null} onClick={() => go(trail.at(-1) ?? null, trail.slice(0, -1))}>
            Previous
          </button>
          <button type="button" disabled={nextCursor === null} onClick={() => go(nextCursor, [...trail, cursor])}>
            Next
          </button>
        </span>
      )}
    </nav>
  );
}
