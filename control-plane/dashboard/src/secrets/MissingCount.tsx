import { Badge } from '../parts/Badge.tsx';
import { count } from '../words/units.ts';

/** Devices that a secret is for and that do not have its newest version. */
export function MissingCount({ missing }: { readonly missing: number }) {
  if (missing === 0) return <span className="quiet">none</span>;
  return (
    <Badge
      look={{
        label: count(missing),
        tone: 'watch',
        shape: 'warning',
        hint: 'Devices that it is for, without its newest version: hand it to them from where it was set.',
      }}
    />
  );
}
