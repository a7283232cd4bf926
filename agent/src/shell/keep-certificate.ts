import { X509Certificate } from 'node:crypto';
import { renewAtMs, renewRetryMs, type Validity } from '../core/renewal-time.ts';
import type { Logger } from '../logs/logger.ts';
import type { TlsIdentity } from '../store/tls-files.ts';
import type { Clock } from './clock.ts';
import { type RenewOptions, renewCertificate } from './renew-certificate.ts';

/** Who this device is on TLS, always as it is now: a certificate is renewed at two thirds of its life, for as long as the agent runs. */
export interface KeptCertificate {
  current(): TlsIdentity | null;
  start(): void;
  stop(): Promise<void>;
}

export interface KeepOptions extends Omit<RenewOptions, 'signal'> {
  readonly tls: TlsIdentity | null;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Clocks jump, and timers hold no more than 24 days. */
const LOOK_MS = 6 * 3_600_000;

export function keepCertificate(options: KeepOptions): KeptCertificate {
  const { clock, log } = options;
  const spread = clock.random();
  let tls = options.tls;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = true;
  let underWay: Promise<void> = Promise.resolve();
  let lastCode = '';
  const ending = new AbortController();

  function look(notBeforeMs = 0): void {
    if (isStopped || tls === null) return;
    const dueMs = Math.max(renewAtMs(validityOf(tls), spread), notBeforeMs) - clock.nowMs();
    timer = setTimeout(
      () => {
        if (dueMs > LOOK_MS) look(notBeforeMs);
        else underWay = renew();
      },
      Math.max(0, Math.min(dueMs, LOOK_MS)),
    );
    timer.unref();
  }

  async function renew(): Promise<void> {
    if (tls === null) return;
    const validity = validityOf(tls);
    const renewed = await attempt(tls);
    if (renewed === null) return look(clock.nowMs() + renewRetryMs(validity, clock.random()));
    tls = renewed;
    lastCode = '';
    log.info({ expires: new Date(validityOf(tls).toMs).toISOString() }, 'got the next certificate');
    look();
  }

  async function attempt(from: TlsIdentity): Promise<TlsIdentity | null> {
    try {
      const renewed = await renewCertificate({ ...options, signal: ending.signal }, from);
      if (renewed.ok) return renewed.value;
      const [{ code, message } = { code: 'internal', message: '' }] = renewed.problems;
      // An outage of days is one line.
      log[code === lastCode ? 'debug' : 'warn']({ code, reason: message }, 'the certificate could not be renewed yet');
      lastCode = code;
    } catch (error) {
      log.error({ err: error }, 'renew the certificate: it is tried again');
    }
    return null;
  }

  return {
    current: () => tls,
    start() {
      isStopped = false;
      look();
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      ending.abort();
      await underWay;
    },
  };
}

function validityOf({ cert }: TlsIdentity): Validity {
  const { validFromDate, validToDate } = new X509Certificate(cert);
  return { fromMs: +validFromDate, toMs: +validToDate };
}
