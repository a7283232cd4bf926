import type { Readable } from 'node:stream';
import { LIMITS } from '@wherry/protocol';
import type { HostServices } from '../port.ts';
import type { EngineClient } from './client.ts';
import { DOCKER_LIMITS } from './limits.ts';
import { type Line, LogFrames } from './log-frames.ts';

/**
 * Hands a container's output on as log lines, at a bounded rate: what exceeds it is counted and told in one line, so that
 * a chatty container costs neither memory nor the link.
 */
export interface LogPump {
  /** Settles when the engine has sent everything, or could not. */
  readonly drained: Promise<void>;
  close(): void;
}

/**
 * All lines, or those since a time (ms since the epoch). Does not wait for the engine: Podman answers only when there is a first line, or
 * none any more.
 */
export function pumpLogs(
  client: EngineClient,
  containerId: string,
  host: HostServices,
  sinceMs: number | null,
): LogPump {
  const since = sinceMs === null ? {} : { since: Math.floor(sinceMs / 1_000) };
  const follow = { follow: true, stdout: true, stderr: true, ...since } as const;
  let stream: Readable | null = null;
  let isClosed = false;
  const drained = client.slow
    .getContainer(containerId)
    .logs(follow)
    .then((opened) => {
      stream = opened as Readable;
      if (isClosed) stream.destroy();
      return drain(stream, host);
    })
    // An engine that is away has nothing more to say; `exited` tells it.
    .catch(() => undefined);
  return {
    drained,
    close() {
      isClosed = true;
      stream?.destroy();
    },
  };
}

function drain(stream: Readable, host: HostServices): Promise<void> {
  const frames = new LogFrames(LIMITS.logLineBytes);
  const gate = new RateGate(host);
  stream.on('data', (chunk: Buffer) => {
    for (const line of frames.push(chunk)) gate.pass(line);
  });
  return new Promise<void>((resolve) => {
    stream.once('close', () => {
      for (const line of frames.end()) gate.pass(line);
      gate.close();
      resolve();
    });
    // An engine that goes away ends the stream with an error; `close` follows.
    stream.on('error', () => undefined);
  });
}

class RateGate {
  readonly #host: HostServices;
  #passed = 0;
  #skipped = 0;
  #window: NodeJS.Timeout | undefined;

  constructor(host: HostServices) {
    this.#host = host;
  }

  pass(line: Line): void {
    // A window begins with the first line after the last one, so that silence costs no timer.
    this.#window ??= setTimeout(() => this.close(), DOCKER_LIMITS.logWindowMs).unref();
    if (this.#passed >= DOCKER_LIMITS.logLinesPerWindow) {
      this.#skipped += 1;
      return;
    }
    this.#passed += 1;
    this.#host.log({ ...line, atMs: Date.now(), level: line.stream === 'stderr' ? 'warning' : 'info' });
  }

  close(): void {
    clearTimeout(this.#window);
    this.#window = undefined;
    this.#passed = 0;
    if (this.#skipped === 0) return;
    const { logLinesPerWindow, logWindowMs } = DOCKER_LIMITS;
    const text = `${this.#skipped} lines left out: more than ${logLinesPerWindow} in ${logWindowMs} ms`;
    this.#skipped = 0;
    this.#host.log({ stream: 'log', level: 'warning', atMs: Date.now(), text });
  }
}
