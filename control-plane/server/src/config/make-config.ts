import { resolve } from 'node:path';
import type { Flags } from './read-flags.ts';

/** The whole configuration, checked; or everything that is wrong with it, each as a sentence that says what to do. */
export interface Listen {
  readonly host: string;
  readonly port: number;
}
export interface Config {
  readonly dataDir: string;
  readonly http: Listen;
  readonly mqtt: Listen;
  /** What devices are told; null: where MQTT listens. */
  readonly mqttUrl: string | null;
  /** Null: beside this package. */
  readonly dashboardDir: string | null;
  readonly isProxyTrusted: boolean;
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
  const http = readListen('--http', flags.http ?? '127.0.0.1:8080', problems);
  const mqtt = readListen('--mqtt', flags.mqtt ?? '127.0.0.1:1883', problems);
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
  if (problems.length > 0 || !flags.data || !http || !mqtt || !logLevel) return { ok: false, problems };
  return {
    ok: true,
    config: {
      dataDir: resolve(flags.data),
      http,
      mqtt,
      mqttUrl: flags.mqttUrl ?? null,
      dashboardDir: flags.dashboard ? resolve(flags.dashboard) : null,
      isProxyTrusted: flags.trustProxy === 'true',
      logLevel,
      usageEveryMs,
    },
  };
}

/** `HOST:PORT`; an IPv6 host stands in brackets. */
function readListen(flag: string, text: string, problems: string[]): Listen | null {
  const match = text.match(/^(?:\[([0-9a-f:]+)\]|([^:[\]\s]+)):(\d{1,5})$/i);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  if (host !== undefined && port <= 65_535) return { host, port };
  problems.push(`${flag} ${text} is not HOST:PORT, for example 127.0.0.1:8080.`);
  return null;
}

function isMqttUrl(text: string): boolean {
  return URL.canParse(text) && ['mqtt:', 'mqtts:', 'ws:', 'wss:'].includes(new URL(text).protocol);
}
