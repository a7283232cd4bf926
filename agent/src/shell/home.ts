import { PATHS } from '@wherry/protocol';
import type { BrokerTls } from '../link/filtered-stream.ts';
import { createHttpClient, type HttpClient } from '../link/http-client.ts';
import type { Logger } from '../logs/logger.ts';
import { readTls } from '../store/tls-files.ts';
import { hearAuthorities } from './authority-news.ts';
import type { Clock } from './clock.ts';
import type { Effects } from './effects.ts';
import { expectOk } from './expect-ok.ts';
import { keepCertificate } from './keep-certificate.ts';

/** The way to the control plane: the client that speaks to it as this device, and what is shown and believed on TLS just now. */
export interface Home {
  readonly client: HttpClient;
  tls(): BrokerTls;
  start(): void;
  stop(): Promise<void>;
}

const LOOK_WITHIN_MS = 30_000;

/** Throws WherryError; code storage_damaged. */
export function openHome(options: {
  readonly folder: string;
  readonly serverUrl: string;
  readonly effects: Effects;
  readonly clock: Clock;
  readonly log: Logger;
}): Home {
  const current = () => certificate.current() ?? {};
  const plain = createHttpClient({ tls: current });
  const certificate = keepCertificate({ ...options, client: plain, tls: expectOk(readTls(options.folder)) });
  let connects = 0;
  const client = hearAuthorities(plain, options.serverUrl, {
    ...certificate,
    answered() {
      connects = 0;
    },
  });
  /**
   * The session asks for this before each try, and the control plane is read after each that came through. Where it did not, it may be
   * that nobody there is believed any more, which only a request can find out in the course of things minutes later.
   */
  function lookWhenLost(): void {
    connects += 1;
    if (connects < 2 || certificate.current() === null) return;
    const url = options.serverUrl.replace(/\/+$/, '') + PATHS.authority;
    client.request(url, { signal: AbortSignal.timeout(LOOK_WITHIN_MS) }).then(
      (answer) => answer.discard(),
      () => {},
    );
  }
  return {
    client,
    tls() {
      lookWhenLost();
      return current();
    },
    start: certificate.start,
    async stop() {
      await certificate.stop();
      client.close();
    },
  };
}
