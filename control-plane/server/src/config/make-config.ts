import { resolve } from 'node:path';
import { isName } from './host-name.ts';
import type { Flags } from './read-flags.ts';
import { type Listen, readListens } from './read-listens.ts';

/** The whole configuration, checked; or everything that is wrong with it, each as a sentence that says what to do. */
export type { Listen };

export interface Config {
  readonly dataDir: string;
  /** Null: not there. At least one of each two is. */
  readonly http: Listen | null;
  readonly https: Listen | null;
  readonly mqtt: Listen | null;
  readonly mqtts: Listen | null;
  /** Names and addresses under which it is reached, beside those that it finds itself. */
  readonly names: readonly string[];
  /** Null: the application's own default. */
  readonly certificateLifeMs: number | null;
  /** What devices are told; null: where MQTT listens. */
  readonly mqttUrl: string | null;
  /** Null: beside this package. */
  readonly dashboardDir: string | null;
  readonly isProxyTrusted: boolean;
  /** The file that names an MQTT broker of somebody else; absent: the embedded one. */
  readonly brokerFile?: string | null;
  /** The file that names the OpenID Connect provider; absent: people sign in with passwords only. */
  readonly oidcFile?: string | null;
  /** Whom to tell of a hole in this installation, as URIs. */
  readonly securityContacts?: readonly string[];
  readonly logLevel: LogLevel;
  /** Null: the application's own default. */
  readonly usageEveryMs: number | null;
}
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type MadeConfig =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly string[] };

export function makeConfig(flags: Flags): MadeConfig {
  const problems: string[] = [];
  const listens = readListens(flags, problems);
  const certificateLifeMs = flags.certificateLifeMs === undefined ? null : Number(flags.certificateLifeMs);
  if (certificateLifeMs !== null && !(Number.isInteger(certificateLifeMs) && certificateLifeMs >= 5_000))
    problems.push(`--certificate-life-ms ${flags.certificateLifeMs} is not a whole number from 5000.`);
  for (const name of flags.names ?? [])
    if (!isName(name)) problems.push(`--name ${name} is neither a host name nor an address.`);
  for (const contact of flags.securityContacts ?? [])
    if (!/^(mailto:|https:\/\/|tel:)[!-~]+$/.test(contact))
      problems.push(`--security-contact ${contact} is not a URI: write it like mailto:security@fleet.example.`);
  const logLevel = LOG_LEVELS.find((level) => level === (flags.logLevel ?? 'info'));
  const usageEveryMs = flags.usageEveryMs === undefined ? null : Number(flags.usageEveryMs);
  if (usageEveryMs !== null && !(Number.isInteger(usageEveryMs) && usageEveryMs >= 1000 && usageEveryMs <= 86_400_000))
    problems.push(`--usage-every-ms ${flags.usageEveryMs} is not a whole number from 1000 to 86400000.`);
  if (!flags.data) problems.push('Say where the data is: --data DIR (or WHERRY_DATA).');
  if (!logLevel) problems.push(`--log-level ${flags.logLevel} is none of ${LOG_LEVELS.join(', ')}.`);
  if (flags.mqttUrl !== undefined && !isMqttUrl(flags.mqttUrl))
    problems.push(
      `--mqtt-url ${flags.mqttUrl} is not a URL like mqtt://broker.example:1883 or mqtts://broker.example.`,
    );
  if (flags.trustProxy !== undefined && !['true', 'false', ''].includes(flags.trustProxy))
    problems.push(`WHERRY_TRUST_PROXY is ${flags.trustProxy}; write true or false.`);
  if (flags.broker !== undefined && (flags.mqtt !== undefined || flags.mqtts !== undefined))
    problems.push(
      '--broker takes the place of the listeners that --mqtt and --mqtts name: leave out the one or the others.',
    );
  if (problems.length > 0 || !flags.data || !logLevel) return { ok: false, problems };
  return {
    ok: true,
    config: {
      dataDir: resolve(flags.data),
      ...listens,
      names: flags.names ?? [],
      certificateLifeMs,
      mqttUrl: flags.mqttUrl ?? null,
      dashboardDir: flags.dashboard ? resolve(flags.dashboard) : null,
      isProxyTrusted: flags.trustProxy === 'true',
      brokerFile: flags.broker ? resolve(flags.broker) : null,
      oidcFile: flags.oidc ? resolve(flags.oidc) : null,
      securityContacts: flags.securityContacts ?? [],
      logLevel,
      usageEveryMs,
    },
  };
}

function isMqttUrl(text: string): boolean {
  return URL.canParse(text) && ['mqtt:', 'mqtts:', 'ws:', 'wss:'].includes(new URL(text).protocol);
}
