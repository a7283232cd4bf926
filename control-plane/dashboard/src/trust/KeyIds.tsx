interface KeyIdsProps {
  readonly ids: readonly string[];
  readonly threshold: number;
}

/** How many must sign, and who can: key ids by their beginning, whole to be pointed at. */
export function KeyIds({ ids, threshold }: KeyIdsProps) {
  return (
    <span className="key-ids">
      <span className="quiet">
        {threshold} of {ids.length}
      </span>
      {ids.map((id) => (
        <code key={id} title={id}>
          {id.slice(0, 12)}
        </code>
      ))}
    </span>
  );
}
