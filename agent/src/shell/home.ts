import type { BrokerTls } from '../link/filtered-stream.ts';
import { createHttpClient, type HttpClient } from '../link/http-client.ts';
import type { Logger } from '../logs/logger.ts';
import { readTls } from '../store/tls-files.ts';
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

/** Throws WherryError; code storage_damaged. */
export function openHome(options: {
  readonly folder: string;
  readonly serverUrl: string;
  readonly effects: Effects;
  readonly clock: Clock;
  readonly log: Logger;
}): Home {
  const tls = () => certificate.current() ?? {};
  const client = createHttpClient({ tls });
  const certificate = keepCertificate({ ...options, client, tls: expectOk(readTls(options.folder)) });
  return {
    client,
    tls,
    start: certificate.start,
    async stop() {
      await certificate.stop();
      client.close();
    },
  };
}
