import { execFile } from 'node:child_process';
import type { Logger } from '../logs/logger.ts';

/**
 * Tells the service manager that the agent is alive (sd_notify(3)): one whose loop of events stands still is ended by it and started
 * again, and during a trial that is a start that counts. Node has no datagram sockets of the file system, so systemd's own program
 * sends the word: twice in each span of the watchdog, which is ten minutes, so that it costs next to nothing.
 */
export interface Watchdog {
  stop(): void;
}

const LIMIT_MS = 10_000;

export function startWatchdog(env: Readonly<Record<string, string | undefined>>, log: Logger): Watchdog {
  const spanMs = Number(env.WATCHDOG_USEC ?? 0) / 1_000;
  if (!env.NOTIFY_SOCKET || !(spanMs >= 1_000)) return { stop() {} };
  const tell = () =>
    execFile('systemd-notify', ['WATCHDOG=1'], { timeout: LIMIT_MS }, (error) => {
      if (error !== null) log.warn({ err: error }, 'tell the service manager that the agent is alive');
    });
  tell();
  const timer = setInterval(tell, spanMs / 2).unref();
  return { stop: () => clearInterval(timer) };
}
