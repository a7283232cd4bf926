import type { Logger } from '../app/context.ts';
import { SERVER_LIMITS } from '../config/limits.ts';
import type { Listen } from '../config/make-config.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { KeyedThrottle } from '../throttle/keyed-throttle.ts';
import { createExternalBroker } from './external/external-broker.ts';
import { readExternalSettings } from './external/settings.ts';
import { createDenyList, type DenyListSource } from './mosquitto/deny-list.ts';
import type { Broker, BrokerTls } from './port.ts';
import { createProcessBroker } from './process/process-broker.ts';

/** The broker of a control plane as its configuration asks for it, with a log that says what happens to it. */
export interface OpenBrokerOptions {
  /** The settings of another broker; null: the embedded one, in a process of its own. */
  readonly file: string | null;
  readonly plain: Listen | null;
  readonly tls: (Listen & BrokerTls) | null;
  /** Makes what another broker keeps to know whom to let in; null where no authority vouches for devices. */
  readonly denyLists: DenyListSource | null;
  /** Of this control plane, among those that use the same broker. */
  readonly process: string;
  readonly metrics: Pick<Metrics, 'guardClosed' | 'brokerRestarted'>;
  readonly log: Logger;
}

export interface OpenBroker extends Broker {
  isListening(): boolean;
  renewTls(tls: BrokerTls): Promise<void>;
}

/** Code: invalid_body, of the file. */
export async function openBroker(options: OpenBrokerOptions): Promise<OpenBroker> {
  return options.file === null ? embedded(options) : await external(options.file, options);
}

function embedded({ plain, tls, metrics, log }: OpenBrokerOptions): OpenBroker {
  return createProcessBroker({
    ...{ plain, tls },
    onViolation: metrics.guardClosed,
    onEnded: logEnds(log),
    onLost(end) {
      metrics.brokerRestarted();
      log.error(end, 'the process of the MQTT broker ended; starting it again');
    },
    onFewFiles({ openFiles, connections }) {
      const wanted = SERVER_LIMITS.connections;
      const advice = `the limit of ${openFiles} open files leaves room for ${connections} of ${wanted} MQTT connections: raise it (LimitNOFILE= of the unit, or ulimit -n) above ${wanted + 100}`;
      log.warn({ openFiles, connections }, advice);
    },
  });
}

async function external(file: string, { denyLists, process, log }: OpenBrokerOptions): Promise<OpenBroker> {
  const { denyList, ...settings } = await readExternalSettings(file);
  const broker = createExternalBroker({
    ...settings,
    ...(denyList && denyLists ? { denyList: createDenyList(denyList, denyLists) } : {}),
    clientId: `wherry-control-plane-${process}`,
    onLink(isUp, reason) {
      if (isUp) log.info({ url: settings.url }, 'connected to the MQTT broker');
      else log.error({ url: settings.url, reason: reason?.message }, 'no connection to the MQTT broker; trying again');
    },
    onFailed: logEnds(log),
  });
  // Its certificate is its own affair; whom it lets in is not.
  return { ...broker, renewTls: () => broker.refresh() };
}

/** Why sessions were ended, once a minute for each: a device in a loop does not fill the log. */
function logEnds(log: Logger) {
  const throttle = new KeyedThrottle({ burst: 1, perSecond: 1 / 60 }, SERVER_LIMITS.throttleKeys);
  return (name: string, reason: Error) => {
    if (throttle.waitMs(name, performance.now()) > 0) return;
    throttle.count(name, performance.now());
    log.warn({ device: name, reason: reason.message }, 'ended an MQTT session, or lost a message of it');
  };
}
