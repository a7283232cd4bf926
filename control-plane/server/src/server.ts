import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createApi } from './api/app.ts';
import { createLoginThrottle } from './api/auth/login-throttle.ts';
import { listenHttp } from './api/listen.ts';
import { authenticateDevice } from './app/authenticate-device.ts';
import { bootstrap } from './app/bootstrap.ts';
import type { AppContext, Logger } from './app/context.ts';
import { dispatchSoon } from './app/dispatch-soon.ts';
import { authenticateCertificate } from './app/identity/authenticate-certificate.ts';
import { leaveProcess } from './app/keep-process.ts';
import { beginTrust } from './app/renew-trust.ts';
import { openBlobs } from './blobs/open-blobs.ts';
import { openBroker } from './broker/open-broker.ts';
import { denyListSource } from './ca/deny-list-source.ts';
import { openServerTls } from './ca/open-server-tls.ts';
import { createChanges } from './changes/in-process-changes.ts';
import { createRelay } from './changes/relay.ts';
import { isLoopback } from './config/listen-url.ts';
import type { Config } from './config/make-config.ts';
import { newId, newSecret } from './config/random.ts';
import { openDeltas } from './deltas/open-deltas.ts';
import { openDirector } from './director/open-director.ts';
import { createIngress } from './ingress/ingress.ts';
import { startJobs } from './jobs/start-jobs.ts';
import { createMetrics } from './metrics/metrics.ts';
import { createOidcProvider } from './oidc/provider.ts';
import { readOidcSettings } from './oidc/settings.ts';
import { createArgon2Passwords } from './passwords/argon2-passwords.ts';
import { openSqliteStore } from './storage/sqlite/open-sqlite-store.ts';
import { openAuditSigner } from './trust/open-audit-signer.ts';
import { openOnlineSigner } from './trust/open-online-signer.ts';

/** The control plane put together: every part is made here, once, and started in an order in which a part finds what it needs. */
export interface RunningServer {
  /** The plain listener; where there is none, the one with TLS. */
  readonly httpUrl: string;
  readonly mqttUrl: string;
  readonly httpsUrl: string | null;
  readonly mqttsUrl: string | null;
  /** Of the authority's certificate; null without a listener with TLS. */
  readonly authorityFingerprint: string | null;
  readonly adminTokenFile: string;
  readonly context: AppContext;
  /** Stops listening, stores what was received, and closes the database. */
  stop(): Promise<void>;
}

const DASHBOARD_DIR = fileURLToPath(new URL('../../dashboard/dist', import.meta.url));
const DIRECTORY_MODE = 0o700;

export async function startServer(config: Config, log: Logger): Promise<RunningServer> {
  await mkdir(config.dataDir, { recursive: true, mode: DIRECTORY_MODE });
  const oidc = config.oidcFile ? createOidcProvider(await readOidcSettings(config.oidcFile)) : null;
  const store = await openSqliteStore(join(config.dataDir, 'wherry.db'));
  const tls = await openServerTls(config);
  const metrics = createMetrics({
    tenants: async () =>
      (await store.tenants.list())
        .toSorted((one, other) => one.createdAtMs - other.createdAtMs)
        .map(({ tenant }) => tenant),
    devices: () => store.devices.countsByTenant(),
    rollouts: () => store.rollouts.countByTenant(),
  });
  const process = newId();
  const ownBroker = await openBroker({
    file: config.brokerFile ?? null,
    plain: config.mqtt,
    tls: config.mqtts && tls && { ...config.mqtts, ...tls.tls },
    denyLists: tls && denyListSource(tls.authority, () => Date.now()),
    ...{ process, metrics, log },
  });
  const relay = createRelay({
    ...{ store, broker: ownBroker, process, log },
    changes: createChanges((error) => log.error({ err: error }, 'tell a listener of a change')),
    nowMs: () => Date.now(),
  });
  const { broker, changes } = relay;
  const blobs = await openBlobs(config.dataDir);
  const deltas = await openDeltas({ dataDir: config.dataDir, blobs, log });
  const context: AppContext = {
    store,
    broker,
    blobs,
    deltas,
    director: await openDirector(config.dataDir),
    online: await openOnlineSigner(config.dataDir),
    auditSigner: await openAuditSigner(config.dataDir),
    passwords: createArgon2Passwords(),
    changes,
    clock: { nowMs: () => Date.now() },
    newId,
    newSecret,
    log,
    process,
    ...(tls === null ? {} : { authority: tls.authority }),
    ...(config.certificateLifeMs === null ? {} : { certificateLifeMs: config.certificateLifeMs }),
    ...(config.usageEveryMs === null ? {} : { usageEveryMs: config.usageEveryMs }),
  };
  const started = await bootstrap(context, config.dataDir);
  const ingress = createIngress(context, metrics);
  await beginTrust(context);
  const jobs = startJobs(context);
  await relay.begin(() => dispatchSoon(context));
  const { url, tlsUrl } = await broker.start({
    authenticate: (of, device, secret) => authenticateDevice(context, of, device, secret),
    authenticateCertificate: async (of, device, { serial, notAfterMs }) =>
      (await authenticateCertificate(context, { tenant: of, device, serial, notAfterMs })).ok,
    refused: () => store.certificates.refused(Date.now()),
    receive: ingress.receive,
    appMessage: ingress.appMessage,
    connected: ingress.connected,
    disconnected: ingress.disconnected,
  });
  let isStopping = false;
  const api = createApi({
    context,
    metrics,
    throttle: createLoginThrottle(),
    oidc,
    isBrokerListening: () => !isStopping && ownBroker.isListening(),
    mqttUrl: (isSecured) =>
      isStopping
        ? null
        : (config.mqttUrl ?? (isSecured ? (tlsUrl ?? null) : (config.mqtt || config.brokerFile) && url) ?? null),
    dashboardDir: config.dashboardDir ?? DASHBOARD_DIR,
    isProxyTrusted: config.isProxyTrusted,
    securityContacts: config.securityContacts ?? [],
  });
  const secured = config.https && tls && { ...config.https, ...tls.tls };
  const http = await listenHttp({ fetch: api.fetch, plain: config.http, secured });
  const stopKeeping = tls?.keep(
    async (renewed) => {
      http.renewTls(renewed);
      await ownBroker.renewTls(renewed);
    },
    (error) => log.error({ err: error }, 'renew the certificate of the server'),
  );
  for (const [name, listen] of Object.entries({ http: config.http, mqtt: config.mqtt }))
    if (listen && !isLoopback(listen.host))
      log.warn({ name, host: listen.host }, 'listening beyond this machine without TLS, as told');
  return {
    httpUrl: http.httpUrl ?? http.httpsUrl ?? '',
    httpsUrl: http.httpsUrl,
    mqttUrl: url,
    mqttsUrl: tlsUrl ?? null,
    authorityFingerprint: tls?.authority.fingerprint ?? null,
    adminTokenFile: started.adminTokenFile,
    context,
    async stop() {
      isStopping = true;
      stopKeeping?.();
      http.close();
      await broker.stop();
      await ingress.drain();
      await relay.end();
      await jobs.stop();
      await deltas.stop();
      await leaveProcess(context);
      await http.end();
      await store.close();
    },
  };
}
