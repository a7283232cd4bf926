import type { Rollout } from '@wherry/protocol';
import type { Fact } from '../parts/Facts.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';
import { duration } from '../words/time.ts';

/** When and how fast devices move, and what is watched; only what was asked for. */
export function timingFacts(rollout: Rollout): readonly Fact[] {
  const { startAtMs, pace, nextAtMs, window, download, watch, dynamic } = rollout;
  const watched = [
    watch?.offlineAfterMs ? `silent for ${duration(watch.offlineAfterMs)}` : '',
    watch?.memoryFactor ? `${watch.memoryFactor} times the memory of before` : '',
    watch?.cpuFactor ? `${watch.cpuFactor} times the CPU of before` : '',
  ].filter((words) => words !== '');
  const facts: readonly (Fact | false | null | undefined)[] = [
    startAtMs != null && ['Begins', <RelativeTime key="begins" atMs={startAtMs} />],
    pace && [
      'Pace',
      <span key="pace">
        {pace.devicesPerMinute} a minute
        {pace.growth && pace.growth > 1 ? `, ${pace.growth} times as many each wave` : ''}
        {nextAtMs != null ? (
          <>
            ; the next one <RelativeTime atMs={nextAtMs} />
          </>
        ) : null}
      </span>,
    ],
    window && [
      'Window',
      <span key="window">
        <code>{window.cron}</code> for {duration(window.durationMs)}, {window.timeZone ?? "in each device's time zone"}
      </span>,
    ],
    download?.metered === false && ['Downloads', 'never over a metered link'],
    watched.length > 0 && ['Unhealthy when', watched.join(', or ')],
    dynamic && ['Dynamic', 'devices that come to match join the last wave'],
  ];
  return facts.filter((fact): fact is Fact => Boolean(fact));
}
