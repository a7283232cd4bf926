import { DOWN_CHANNELS, fleetAppFilter, fleetFilter, LIMITS, UP_CHANNELS } from '@wherry/protocol';
import { SERVER_LIMITS } from '../../config/limits.ts';
import type { Listen } from '../../config/make-config.ts';

/**
 * The rules of the wire as mosquitto 2.0 enforces them. Two listeners: devices come in by a certificate of the control plane's authority,
 * whose common name becomes both user name and client id, so that nobody speaks for another or ends another's session; the control
 * plane comes in elsewhere, by the one certificate that is trusted there, and may choose client ids, which is how it ends sessions.
 * Source: mosquitto.conf(5).
 */
export interface MosquittoOptions {
  /** Absolute; the files of the configuration are in it. */
  readonly folder: string;
  readonly devices: Listen;
  readonly controlPlane: Listen;
}

/** Common name of the control plane's own certificate. No device can have it: their names have two parts. */
export const CONTROL_PLANE_NAME = 'wherry-control-plane';

export const MOSQUITTO_FILES = {
  configuration: 'mosquitto.conf',
  rules: 'access-rules',
  /** Whom the control plane believes. */
  authority: 'authority.pem',
  /** Kept by the control plane while it runs: whom mosquitto lets in. */
  clients: 'clients/authorities.pem',
  revoked: 'clients/revoked.pem',
  pid: 'mosquitto.pid',
  serverCertificate: 'server.pem',
  serverKey: 'server-key.pem',
  controlPlaneCertificate: 'control-plane.pem',
  controlPlaneKey: 'control-plane-key.pem',
  /** What the control plane is started with. */
  settings: 'broker.json',
} as const;

export function mosquittoConfiguration({ folder, devices, controlPlane }: MosquittoOptions): string {
  const file = (name: keyof typeof MOSQUITTO_FILES) => `${folder}/${MOSQUITTO_FILES[name]}`;
  const listener = ({ host, port }: Listen) => [
    `listener ${port} ${host}`,
    'protocol mqtt',
    'tls_version tlsv1.3',
    `certfile ${file('serverCertificate')}`,
    `keyfile ${file('serverKey')}`,
    'require_certificate true',
    'use_identity_as_username true',
  ];
  return lines([
    '# Written by wherry-server broker-config; write it again instead of changing it.',
    'allow_anonymous false',
    `acl_file ${file('rules')}`,
    `pid_file ${file('pid')}`,
    '# Nothing is stored here: what counts is in the control plane, and devices send until it says so.',
    'persistence false',
    'retain_available false',
    'queue_qos0_messages false',
    'persistent_client_expiration 1h',
    `max_packet_size ${LIMITS.packetBytes}`,
    `max_keepalive ${SERVER_LIMITS.keepaliveSeconds}`,
    `max_inflight_messages 100`,
    `max_queued_messages ${SERVER_LIMITS.waitingMessages}`,
    'sys_interval 0',
    'set_tcp_nodelay true',
    'connection_messages false',
    '',
    '# Devices',
    ...listener(devices),
    `cafile ${file('clients')}`,
    `crlfile ${file('revoked')}`,
    'use_username_as_clientid true',
    `max_connections ${SERVER_LIMITS.connections}`,
    'max_qos 1',
    '',
    '# The control plane alone',
    ...listener(controlPlane),
    `cafile ${file('controlPlaneCertificate')}`,
    'max_qos 1',
  ]);
}

/** `%u` is the user name, which is `tenant/device`: two levels. */
export function mosquittoAccessRules(): string {
  const own = (filter: string) => filter.replace('+/+', '%u');
  return lines([
    '# Written by wherry-server broker-config; write it again instead of changing it.',
    `user ${CONTROL_PLANE_NAME}`,
    ...UP_CHANNELS.map((channel) => `topic read ${fleetFilter(channel)}`),
    ...DOWN_CHANNELS.map((channel) => `topic write ${fleetFilter(channel)}`),
    `topic read ${fleetAppFilter('out')}`,
    `topic write ${fleetAppFilter('in')}`,
    '',
    ...UP_CHANNELS.map((channel) => `pattern write ${own(fleetFilter(channel))}`),
    ...DOWN_CHANNELS.map((channel) => `pattern read ${own(fleetFilter(channel))}`),
    `pattern write ${own(fleetAppFilter('out'))}`,
    `pattern read ${own(fleetAppFilter('in'))}`,
  ]);
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
