import { X509Certificate } from 'node:crypto';
import { AUTHORITY_HINT_DIGITS, type Outcome } from '@wherry/protocol';
import { issuerOf, type OfferedAuthority, readBundle } from '../claim/authorities.ts';
import { renewAtMs, renewRetryMs, type Validity } from '../core/renewal-time.ts';
import type { Logger } from '../logs/logger.ts';
import type { TlsIdentity } from '../store/tls-files.ts';
import type { Clock } from './clock.ts';
import { learnAuthorities } from './learn-authorities.ts';
import { type RenewOptions, renewCertificate } from './renew-certificate.ts';

/** Who this device is on TLS, always as it is now: a certificate is renewed at two thirds of its life, for as long as the agent runs. */
export interface KeptCertificate {
  current(): TlsIdentity | null;
  /** What the control plane said of its authorities (AUTHORITIES_HEADER): it is looked into when it is news. */
  heard(hint: string): void;
  /** Nobody was found whom the authorities of before vouch for. */
  distrusted(): void;
  start(): void;
  stop(): Promise<void>;
}

export interface KeepOptions extends Omit<RenewOptions, 'signal'> {
  readonly tls: TlsIdentity | null;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Who has news of the authorities says so in each answer. */
const LEARN_EVERY_MS = 60_000;
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
  /** Apart: many may find nobody at once, and the word of a control plane that was found counts all the same. */
  const learnFromMs = { heard: 0, lost: 0 };
  /** Each answer says the same. */
  let settled: { readonly tls: TlsIdentity | null; readonly hint: string } = { tls: null, hint: '' };
  const ending = new AbortController();

  function look(notBeforeMs = 0): void {
    if (isStopped || tls === null) return;
    const dueMs = Math.max(renewAtMs(validityOf(tls), spread), notBeforeMs) - clock.nowMs();
    timer = setTimeout(
      () => {
        if (dueMs > LOOK_MS) look(notBeforeMs);
        else underWay = underWay.then(renew);
      },
      Math.max(0, Math.min(dueMs, LOOK_MS)),
    );
    timer.unref();
  }

  async function renew(): Promise<void> {
    if (tls === null) return;
    const validity = validityOf(tls);
    const from = tls;
    const renewed = await attempt('renew the certificate', () =>
      renewCertificate({ ...options, signal: ending.signal }, from),
    );
    if (renewed === null) return look(clock.nowMs() + renewRetryMs(validity, clock.random()));
    tls = renewed;
    lastCode = '';
    log.info({ expires: new Date(validityOf(tls).toMs).toISOString() }, 'got the next certificate');
    look();
  }

  /** At most one look at a time, and one a minute. Without a hint nobody could be verified. */
  function learn(hint: string | null): void {
    const why = hint === null ? 'lost' : 'heard';
    if (isStopped || clock.uptimeMs() < learnFromMs[why]) return;
    learnFromMs[why] = clock.uptimeMs() + LEARN_EVERY_MS;
    underWay = underWay.then(async () => {
      const from = tls;
      if (from === null || isStopped) return;
      const learned = await attempt('learn what authorities the control plane has', () =>
        learnAuthorities({ ...options, signal: ending.signal }, from, hint !== null),
      );
      if (learned === null) return;
      if (learned.ca !== from.ca) log.info({}, 'believes other authorities of the control plane than before');
      tls = learned;
      if (hint === null || isSettled(learned, hint)) return;
      clearTimeout(timer);
      await renew();
    });
  }

  async function attempt(what: string, work: () => Promise<Outcome<TlsIdentity>>): Promise<TlsIdentity | null> {
    try {
      const done = await work();
      if (done.ok) return done.value;
      const [{ code, message } = { code: 'internal', message: '' }] = done.problems;
      // An outage of days is one line.
      log[code === lastCode ? 'debug' : 'warn']({ code, reason: message }, `${what}: not yet, it is tried again`);
      lastCode = code;
    } catch (error) {
      log.error({ err: error }, `${what}: it is tried again`);
    }
    return null;
  }

  return {
    current: () => tls,
    heard(hint) {
      if (tls === null || (settled.tls === tls && settled.hint === hint)) return;
      if (isSettled(tls, hint)) settled = { tls, hint };
      else learn(hint);
    },
    distrusted: () => learn(null),
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

/** Are exactly these believed, and is the certificate of the first one? */
function isSettled({ ca, cert }: TlsIdentity, hint: string): boolean {
  const hinted = hint.split(',');
  const believed = readBundle(ca);
  const short = ({ fingerprint }: OfferedAuthority) => fingerprint.slice(0, AUTHORITY_HINT_DIGITS);
  const issuer = issuerOf(cert, believed);
  const isSame = believed.length === hinted.length && believed.every((one) => hinted.includes(short(one)));
  return isSame && issuer !== null && short(issuer) === hinted[0];
}

function validityOf({ cert }: TlsIdentity): Validity {
  const { validFromDate, validToDate } = new X509Certificate(cert);
  return { fromMs: +validFromDate, toMs: +validToDate };
}
