import { exactTime, relativeTime } from '../words/time.ts';
import { useNowMs } from './now.ts';

export function RelativeTime({ atMs }: { readonly atMs: number | null }) {
  const nowMs = useNowMs();
  if (atMs === null) return <span className="quiet">never</span>;
  return (
    <time dateTime={new Date(atMs).toISOString()} title={exactTime(atMs)}>
      {relativeTime(atMs, nowMs)}
    </time>
  );
}
