import { useLiveState } from '../api/LiveProvider.tsx';
import type { LiveState } from '../api/live-stream.ts';
import { Badge } from '../parts/Badge.tsx';
import type { Look } from '../words/tones.ts';

const LOOKS: Readonly<Record<LiveState, Look>> = {
  connecting: { label: 'connecting', tone: 'idle', shape: 'dots', hint: 'Opening the stream of changes.' },
  live: { label: 'live', tone: 'good', shape: 'check', hint: 'Changes show up by themselves.' },
  reconnecting: {
    label: 'reconnecting',
    tone: 'watch',
    shape: 'warning',
    hint: 'What you see may be old until this is back.',
  },
};

export function LiveBadge() {
  return (
    <span role="status" className="live" aria-label="Connection">
      <Badge look={LOOKS[useLiveState()]} />
    </span>
  );
}
