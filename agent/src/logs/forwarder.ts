import { LIMITS, type LogBatch, type LogLine } from '@wherry/protocol';
import { LOG_LIMITS } from './limits.ts';
import type { LogForwarder, LogForwarderOptions } from './options.ts';
import { createRing, lineBytes, type NumberedLine, type Ring } from './ring.ts';
import { type TokenBucket, takeToken } from './token-bucket.ts';

/** Log lines stay on the device; they travel only while somebody listens, or the last of them after a failure. */
interface AppLog {
  readonly ring: Ring;
  /** Number of the last line handed to `send`. */
  forwarded: number;
  lastSentAtMs: number;
}

const EVERY_APP = '*';

export function createLogForwarder({ send, nowMs = () => performance.now() }: LogForwarderOptions): LogForwarder {
  const apps = new Map<string, AppLog>();
  /** Until when somebody listens, by app. */
  const listening = new Map<string, number>();
  let waiting: LogLine[] = [];
  let skipped = 0;
  let bucket: TokenBucket | undefined;
  let timer: NodeJS.Timeout | undefined;

  function logOf(app: string): AppLog {
    const known = apps.get(app);
    if (known) return known;
    const made = {
      ring: createRing(LOG_LIMITS.ringLines, LOG_LIMITS.ringBytes),
      forwarded: 0,
      lastSentAtMs: Number.NEGATIVE_INFINITY,
    };
    apps.set(app, made);
    for (const oldest of apps.keys()) {
      if (apps.size <= LOG_LIMITS.apps) break;
      apps.delete(oldest);
    }
    return made;
  }

  function isListened(app: string): boolean {
    return [app, EVERY_APP].some((who) => (listening.get(who) ?? 0) > nowMs());
  }

  function forward(log: AppLog, { number, line }: NumberedLine): void {
    if (number <= log.forwarded) return;
    log.forwarded = number;
    const taken = takeToken(bucket, nowMs(), LOG_LIMITS.burstLines, LOG_LIMITS.linesPerSecond);
    if (!taken || waiting.length >= LOG_LIMITS.waitingLines) {
      skipped += 1;
      return;
    }
    bucket = taken;
    waiting.push(line);
    timer ??= setTimeout(flush, LOG_LIMITS.lingerMs);
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    for (const lines of batchesOf(waiting)) {
      const batch: LogBatch = skipped > 0 ? { lines, skipped } : { lines };
      skipped = 0;
      send(batch);
    }
    waiting = [];
  }

  return {
    add(line) {
      const bounded = line.text.length > LIMITS.logLineBytes ? { ...line, text: cut(line.text) } : line;
      const log = logOf(line.app);
      const numbered = log.ring.add(bounded);
      if (isListened(line.app)) forward(log, numbered);
    },
    listen(forMs, app = EVERY_APP) {
      const untilMs = Math.max(listening.get(app) ?? 0, nowMs() + forMs);
      for (const [who, endMs] of listening) if (endMs <= nowMs()) listening.delete(who);
      if (listening.size < LOG_LIMITS.apps || listening.has(app)) listening.set(app, untilMs);
      for (const [name, log] of apps) {
        if (app !== EVERY_APP && app !== name) continue;
        for (const numbered of log.ring.last(LOG_LIMITS.ringLines, log.forwarded)) forward(log, numbered);
      }
    },
    sendLast(app) {
      const log = apps.get(app);
      if (!log || nowMs() - log.lastSentAtMs < LOG_LIMITS.lastEveryMs) return;
      log.lastSentAtMs = nowMs();
      for (const numbered of log.ring.last(LOG_LIMITS.lastLines, log.forwarded)) forward(log, numbered);
      flush();
    },
    last: (app, count) =>
      apps
        .get(app)
        ?.ring.last(count)
        .map(({ line }) => line) ?? [],
    forget: (app) => void apps.delete(app),
    stop: flush,
  };
}

function batchesOf(lines: readonly LogLine[]): LogLine[][] {
  const batches: LogLine[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    const size = lineBytes(line);
    const open = batches.at(-1);
    if (!open || open.length >= LIMITS.logLines || bytes + size > LOG_LIMITS.batchBytes) {
      batches.push([line]);
      bytes = size;
    } else {
      open.push(line);
      bytes += size;
    }
  }
  return batches;
}

/** Half a surrogate pair at the end would not survive UTF-8. */
function cut(text: string): string {
  return `${text
    .slice(0, LIMITS.logLineBytes - 1)
    .toWellFormed()
    .slice(0, LIMITS.logLineBytes - 1)}…`;
}
