import { useInfiniteQuery } from '@tanstack/react-query';
import { type DeviceEvent, listDeviceEvents } from '@wherry/protocol';
import { api } from '../api/client.ts';
import { KEYS } from '../api/keys.ts';
import { Icon } from '../parts/Icon.tsx';
import { ErrorNotice } from '../parts/Notice.tsx';
import { Panel } from '../parts/Panel.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';
import type { Shape, Tone } from '../words/tones.ts';

const SEVERITY_LOOKS: Readonly<Record<DeviceEvent['severity'], readonly [Tone, Shape]>> = {
  info: ['idle', 'ring'],
  warning: ['watch', 'warning'],
  error: ['bad', 'cross'],
};

export function EventList({ device }: { readonly device: string }) {
  const events = useInfiniteQuery({
    queryKey: KEYS.deviceEvents(device),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      api.call(listDeviceEvents, { params: { device }, query: { cursor: pageParam, limit: 20 } }),
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
  const items = events.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Panel title="Events">
      <ErrorNotice error={events.error} />
      {events.data && items.length === 0 ? <p className="quiet">Nothing has happened yet.</p> : null}
      <ol className="events">
        {items.map((event) => (
          <EventItem key={event.id} event={event} />
        ))}
      </ol>
      {events.hasNextPage ? (
        <button type="button" disabled={events.isFetchingNextPage} onClick={() => void events.fetchNextPage()}>
          Older events
        </button>
      ) : null}
    </Panel>
  );
}

function EventItem({ event }: { readonly event: DeviceEvent }) {
  const [tone, shape] = SEVERITY_LOOKS[event.severity];
  return (
    <li className="event" data-tone={tone}>
      <Icon shape={shape} />
      <div>
        <span className="event-head">
          <span className="hidden">{event.severity}: </span>
          <strong>{event.name.replaceAll('_', ' ')}</strong>
          {event.app ? <span> · {event.app}</span> : null}
          <span className="quiet">
            {' '}
            · <RelativeTime atMs={event.atMs} />
          </span>
        </span>
        <p>{event.message}</p>
      </div>
    </li>
  );
}
