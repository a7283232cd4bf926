import { hostname, networkInterfaces } from 'node:os';
import type { BrokerTls } from '../broker/port.ts';
import type { Config } from '../config/make-config.ts';
import { type OpenAuthority, openAuthority } from './open-authority.ts';
import { ownNames } from './own-names.ts';
import { openServerCertificate } from './server-certificate.ts';

/** What listeners with TLS need: the authority, and a certificate of its own that is always a good one. */
export interface ServerTls {
  readonly authority: OpenAuthority;
  readonly tls: BrokerTls;
  /** Looks now and then whether a new certificate is due, and hands it over. Answers how to stop. */
  keep(onRenewed: (tls: BrokerTls) => Promise<void>, onFailed: (error: unknown) => void): () => void;
}

const LOOK_EVERY_MS = 6 * 3_600_000;
/** Another process over the same folder may have gone a step of a roll-over. */
const REREAD_EVERY_MS = 5_000;

/** Null where nothing listens with TLS: then there is no authority either. */
export async function openServerTls(
  config: Pick<Config, 'dataDir' | 'http' | 'https' | 'mqtt' | 'mqtts' | 'names'>,
): Promise<ServerTls | null> {
  const { https, mqtts } = config;
  if (!https && !mqtts) return null;
  const authority = await openAuthority(config.dataDir, Date.now());
  const hosts = [https, mqtts].flatMap((listen) => (listen ? [listen.host] : []));
  const open = async (): Promise<BrokerTls> => {
    const names = ownNames(config.names, hosts, { hostname: hostname(), interfaces: networkInterfaces() });
    const own = await openServerCertificate(authority, names, Date.now());
    return { ...own, clientCaPem: authority.acceptedPem };
  };
  const tls = await authority.alone(open);
  return {
    authority,
    tls,
    keep(onRenewed, onFailed) {
      let current = tls;
      const look = async () => {
        const next = await open();
        if (next.certPem === current.certPem && next.clientCaPem === current.clientCaPem) return;
        await onRenewed(next);
        current = next;
      };
      authority.onStep(look);
      const timers = [
        setInterval(() => void authority.alone(look).catch(onFailed), LOOK_EVERY_MS),
        setInterval(() => void authority.reread().catch(onFailed), REREAD_EVERY_MS),
      ];
      for (const timer of timers) timer.unref();
      return () => timers.forEach(clearInterval);
    },
  };
}
