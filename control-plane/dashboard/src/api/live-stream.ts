import { PATHS, type StreamChange, streamChange } from '@wherry/protocol';

/**
 * The stream of changes with a state that people can see. EventSource reconnects by itself after a lost connection, but not
 * after an HTTP error; then this opens a new one, with a growing delay. A page that nobody looks at lets its connection go:
 * over HTTP/1.1 a browser has six for all pages of a server.
 */
export type LiveState = 'connecting' | 'live' | 'reconnecting';

export interface LiveHandlers {
  state(state: LiveState): void;
  change(change: StreamChange): void;
  /** The connection is back after a gap in which changes may have been missed. */
  caughtUp(): void;
}

export const REOPEN_MS = { first: 1_000, most: 30_000 } as const;
export const HIDDEN_MS = 30_000;
const TYPES = streamChange.options.map((option) => option.shape.type.value);

export function openLiveStream(handlers: LiveHandlers): () => void {
  let source: EventSource | undefined;
  let reopen: ReturnType<typeof setTimeout> | undefined;
  let letGo: ReturnType<typeof setTimeout> | undefined;
  let delayMs: number = REOPEN_MS.first;
  let hasBeenLive = false;

  const open = () => {
    const opened = new EventSource(PATHS.stream);
    source = opened;
    opened.onopen = () => {
      delayMs = REOPEN_MS.first;
      handlers.state('live');
      if (hasBeenLive) handlers.caughtUp();
      hasBeenLive = true;
    };
    opened.onerror = () => {
      handlers.state('reconnecting');
      if (opened.readyState !== EventSource.CLOSED) return;
      reopen = setTimeout(open, delayMs);
      delayMs = Math.min(delayMs * 2, REOPEN_MS.most);
    };
    for (const type of TYPES) opened.addEventListener(type, receive);
  };
  const receive = (message: MessageEvent<string>) => {
    const change = parseChange(message.data);
    if (change) handlers.change(change);
  };
  const close = () => {
    clearTimeout(reopen);
    source?.close();
    source = undefined;
  };
  const look = () => {
    clearTimeout(letGo);
    if (document.visibilityState === 'hidden') letGo = setTimeout(close, HIDDEN_MS);
    else if (!source) {
      handlers.state('reconnecting');
      open();
    }
  };

  handlers.state('connecting');
  open();
  document.addEventListener('visibilitychange', look);
  return () => {
    document.removeEventListener('visibilitychange', look);
    clearTimeout(letGo);
    close();
  };
}

/** What cannot be read is no change: the page asks again anyway, and a newer server may say more than this page knows. */
export function parseChange(text: string): StreamChange | null {
  try {
    const parsed = streamChange.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
