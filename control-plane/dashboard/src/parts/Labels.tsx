import { Link } from 'react-router';
import { PAGES } from '../pages.ts';
import { labelSelector } from './selectors.ts';

/** Labels as chips; a chip leads to all devices that carry it. */
export function Labels({ labels }: { readonly labels: Readonly<Record<string, string>> }) {
  const entries = Object.entries(labels).sort(([a], [b]) => a.localeCompare(b));
  if (entries.length === 0) return <span className="quiet">none</span>;
  return (
    <span className="chips">
      {entries.map(([name, value]) => (
        <Link
          key={name}
          className="chip"
          to={PAGES.fleet(labelSelector(name, value))}
          title={`All devices with ${name}=${value}`}
        >
          <span className="quiet">{name}=</span>
          {value}
        </Link>
      ))}
    </span>
  );
}
