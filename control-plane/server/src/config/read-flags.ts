import { parseArgs } from 'node:util';

/** What was asked for, as text: flags over environment. Nothing is judged here. */
export interface Flags {
  readonly data?: string | undefined;
  readonly http?: string | undefined;
  readonly mqtt?: string | undefined;
  readonly mqttUrl?: string | undefined;
  readonly dashboard?: string | undefined;
  readonly trustProxy?: string | undefined;
  readonly logLevel?: string | undefined;
  readonly usageEveryMs?: string | undefined;
}

export type ReadFlags =
  | { readonly kind: 'flags'; readonly flags: Flags }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly sentence: string };

export function readFlags(args: readonly string[], env: Readonly<Record<string, string | undefined>>): ReadFlags {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        data: { type: 'string' },
        http: { type: 'string' },
        mqtt: { type: 'string' },
        'mqtt-url': { type: 'string' },
        dashboard: { type: 'string' },
        'trust-proxy': { type: 'boolean' },
        'log-level': { type: 'string' },
        'usage-every-ms': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
      allowPositionals: false,
    });
    if (values.help) return { kind: 'help' };
    return {
      kind: 'flags',
      flags: {
        data: values.data ?? env.WHERRY_DATA,
        http: values.http ?? env.WHERRY_HTTP,
        mqtt: values.mqtt ?? env.WHERRY_MQTT,
        mqttUrl: values['mqtt-url'] ?? env.WHERRY_MQTT_URL,
        dashboard: values.dashboard ?? env.WHERRY_DASHBOARD,
        trustProxy: values['trust-proxy'] ? 'true' : env.WHERRY_TRUST_PROXY,
        logLevel: values['log-level'] ?? env.WHERRY_LOG_LEVEL,
        usageEveryMs: values['usage-every-ms'] ?? env.WHERRY_USAGE_EVERY_MS,
      },
    };
  } catch (error) {
    return { kind: 'wrong', sentence: `${(error as Error).message.split('\n')[0]}. Try --help.` };
  }
}

export const HELP = `wherry-server --data DIR [options]

The control plane: HTTP API, dashboard and MQTT broker in one process.

  --data DIR             folder of the database, blobs and keys; made when absent   WHERRY_DATA
  --http HOST:PORT       where HTTP listens (127.0.0.1:8080); port 0 picks one      WHERRY_HTTP
  --mqtt HOST:PORT       where MQTT listens (127.0.0.1:1883); port 0 picks one      WHERRY_MQTT
  --mqtt-url URL         what devices are told to connect to, when that is another  WHERRY_MQTT_URL
  --dashboard DIR        folder of the built dashboard                              WHERRY_DASHBOARD
  --trust-proxy          take the client's address from X-Forwarded-For             WHERRY_TRUST_PROXY=true
  --log-level LEVEL      fatal, error, warn, info (default), debug, silent          WHERRY_LOG_LEVEL
  --usage-every-ms N     how often devices report usage, from 1000 (300000)         WHERRY_USAGE_EVERY_MS
  -h, --help             this text

When it is ready it prints one JSON line on stdout with its addresses and the file of the first admin token.
Logs are JSON lines on stderr. SIGTERM and SIGINT end it after what was received is stored.
`;
