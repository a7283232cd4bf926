import { SERVER_LIMITS } from '../../config/limits.ts';

/**
 * Server-sent events with a bound: a reader that falls behind by more than the queue is cut off and comes back by itself (the
 * browser reconnects), so that a slow reader costs no memory. Source: HTML standard, 9.2 "Server-sent events".
 */
export interface EventStreamOptions {
  /** Starts to listen; returns how to stop. */
  readonly listen: (send: (type: string, data: unknown) => void) => () => void;
  /** Asked at each heartbeat: false ends the stream, for example after the token was revoked. */
  readonly isAllowed: () => Promise<boolean>;
  readonly onSlow: () => void;
  readonly onEnd: () => void;
  readonly heartbeatMs?: number;
  readonly queue?: number;
}

const encoder = new TextEncoder();

export function eventStream(options: EventStreamOptions): Response {
  let end = () => {};
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let isOpen = true;
        const write = (text: string) => {
          if (!isOpen) return;
          if ((controller.desiredSize ?? 0) <= 0) {
            options.onSlow();
            end();
          } else controller.enqueue(encoder.encode(text));
        };
        const stopListening = options.listen((type, data) =>
          write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`),
        );
        const heartbeat = setInterval(() => {
          write(': still here\n\n');
          options.isAllowed().then(
            (isAllowed) => isAllowed || end(),
            () => end(),
          );
        }, options.heartbeatMs ?? SERVER_LIMITS.streamHeartbeatMs);
        end = () => {
          if (!isOpen) return;
          isOpen = false;
          clearInterval(heartbeat);
          stopListening();
          options.onEnd();
          try {
            controller.close();
          } catch {
            // The reader went away first: the stream is closed already.
          }
        };
        write(': open\n\n');
      },
      cancel: () => end(),
    },
    new CountQueuingStrategy({ highWaterMark: options.queue ?? SERVER_LIMITS.streamQueue }),
  );
  return new Response(body, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
  });
}
