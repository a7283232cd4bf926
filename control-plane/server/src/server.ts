import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAdaptorServer } from '@hono/node-server';
import { createApi } from './api/app.ts';
import { createLoginThrottle } from './api/auth/login-throttle.ts';
import { closeSlowBodies } from './api/slow-bodies.ts';
import { authenticateDevice } from './app/authenticate-device.ts';
import { bootstrap } from './app/bootstrap.ts';
import type { AppContext, Logger } from './app/context.ts';
import { dispatchSoon } from './app/dispatch-soon.ts';
import { leaveProcess } from './app/keep-process.ts';
import { beginTrust } from './app/renew-trust.ts';
import { openBlobs } from './blobs/open-blobs.ts';
import { createEmbeddedBroker } from './broker/embedded/embedded-broker.ts';
import { createChanges } from './changes/in-process-changes.ts';
import { createRelay } from './changes/relay.ts';
import { SERVER_LIMITS } from './config/limits.ts';
import { isLoopback, listenUrl } from './config/listen-url.ts';
import type { Config, Listen } from './config/make-config.ts';
import { newId, newSecret } from './config/random.ts';
import { openDeltas } from './deltas/open-deltas.ts';
import { openDirector } from './director/open-director.ts';
import { createIngress } from './ingress/ingress.ts';
import { startJobs } from './jobs/start-jobs.ts';
import { createMetrics } from './metrics/metrics.ts';
import { openSqliteStore } from './storage/sqlite/open-sqlite-store.ts';
import { KeyedThrottle } from './throttle/keyed-throttle.ts';
import { openOnlineSigner } from './trust/open-online-signer.ts';

/** The control plane put together: every part is made here, once, and started in an order in which a part finds what it needs. */
export interface RunningServer {
  readonly httpUrl: string;
  readonly mqttUrl: string;
  readonly adminTokenFile: string;
  readonly context: AppContext;
  /** Stops listening, stores what was received, and closes the database. */
  stop(): Promise<void>;
}

const DASHBOARD_DIR = fileURLToPath(new URL('../../dashboard/dist', import.meta.url));
const DIRECTORY_MODE = 0o700;

export async function startServer(config: Config, log: Logger): Promise<RunningServer> {
  await mkdir(config.dataDir, { recursive: true, mode: DIRECTORY_MODE });
  const store = await openSqliteStore(join(config.dataDir, 'wherry.db'));
  let tenant = 'default';
  const metrics = createMetrics({
    devices: () => store.devices.counts(tenant),
    rolloutsByState: () => store.rollouts.countByState(tenant),
  });
  const ownBroker = createEmbeddedBroker({ ...config.mqtt, onViolation: metrics.guardClosed, onEnded: logEnds(log) });
  const process = newId();
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
    changes,
    clock: { nowMs: () => Date.now() },
    newId,
    newSecret,
    log,
    process,
    ...(config.usageEveryMs === null ? {} : { usageEveryMs: config.usageEveryMs }),
  };
  const started = await bootstrap(context, config.dataDir);
  tenant = started.tenant;
  const ingress = createIngress(context, metrics);
  await beginTrust(context);
  const jobs = startJobs(context);
  await relay.begin(() => dispatchSoon(context));
  const { url } = await broker.start({
    authenticate: (of, device, secret) => authenticateDevice(context, of, device, secret),
    receive: ingress.receive,
    connected: ingress.connected,
    disconnected: ingress.disconnected,
  });
  let mqttUrl: string | null = config.mqttUrl ?? url;
  const api = createApi({
    context,
    metrics,
    throttle: createLoginThrottle(),
    mqttUrl: () => mqttUrl,
    dashboardDir: config.dashboardDir ?? DASHBOARD_DIR,
    isProxyTrusted: config.isProxyTrusted,
  });
  const http = createAdaptorServer({
    fetch: api.fetch,
    serverOptions: { headersTimeout: SERVER_LIMITS.headersWithinMs, requestTimeout: SERVER_LIMITS.requestWithinMs },
  }) as Server;
  closeSlowBodies(http, SERVER_LIMITS.bodyWithinMs);
  http.maxConnections = SERVER_LIMITS.connections;
  await listen(http, config.http);
  const { port } = http.address() as AddressInfo;
  for (const [name, { host }] of Object.entries({ http: config.http, mqtt: config.mqtt }))
    if (!isLoopback(host))
      log.warn({ name, host }, 'listening beyond this machine without TLS: put a TLS proxy before it');
  return {
    httpUrl: listenUrl('http', config.http.host, port),
    mqttUrl: url,
    adminTokenFile: started.adminTokenFile,
    context,
    async stop() {
      mqttUrl = null;
      const closed = once(http, 'close');
      http.close();
      http.closeIdleConnections();
      await broker.stop();
      await ingress.drain();
      await relay.end();
      await jobs.stop();
      await deltas.stop();
      await leaveProcess(context);
      // Streams have no end of their own.
      http.closeAllConnections();
      await closed;
      await store.close();
    },
  };
}

/** Why sessions were ended, once a minute for each: a device in a loop does not fill the log. */
function logEnds(log: Logger) {
  const throttle = new KeyedThrottle({ burst: 1, perSecond: 1 / 60 }, SERVER_LIMITS.throttleKeys);
  return (name: string, reason: Error) => {
    if (throttle.waitMs(name, performance.now()) > 0) return;
    throttle.count(name, performance.now());
    log.warn({ device: name, reason: reason.message }, 'ended an MQTT session');
  };
}

async function listen(http: Server, { host, port }: Listen): Promise<void> {
  const listening = once(http, 'listening');
  http.listen({ host, port });
  await listening;
}
