import { parseArgs } from 'node:util';

/** What was asked for, as text: flags over environment. Nothing is judged here. */
export interface Flags {
  readonly data?: string | undefined;
  readonly http?: string | undefined;
  readonly mqtt?: string | undefined;
  readonly https?: string | undefined;
  readonly mqtts?: string | undefined;
  readonly mqttUrl?: string | undefined;
  readonly names?: readonly string[] | undefined;
  readonly insecurePlain?: string | undefined;
  readonly certificateLifeMs?: string | undefined;
  readonly dashboard?: string | undefined;
  readonly trustProxy?: string | undefined;
  readonly broker?: string | undefined;
  readonly oidc?: string | undefined;
  readonly securityContacts?: readonly string[] | undefined;
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
        https: { type: 'string' },
        mqtts: { type: 'string' },
        'mqtt-url': { type: 'string' },
        name: { type: 'string', multiple: true },
        'insecure-plain': { type: 'boolean' },
        'certificate-life-ms': { type: 'string' },
        dashboard: { type: 'string' },
        'trust-proxy': { type: 'boolean' },
        broker: { type: 'string' },
        oidc: { type: 'string' },
        'security-contact': { type: 'string', multiple: true },
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
        https: values.https ?? env.WHERRY_HTTPS,
        mqtts: values.mqtts ?? env.WHERRY_MQTTS,
        mqttUrl: values['mqtt-url'] ?? env.WHERRY_MQTT_URL,
        names: values.name ?? env.WHERRY_NAMES?.split(','),
        insecurePlain: values['insecure-plain'] ? 'true' : env.WHERRY_INSECURE_PLAIN,
        certificateLifeMs: values['certificate-life-ms'] ?? env.WHERRY_CERTIFICATE_LIFE_MS,
        dashboard: values.dashboard ?? env.WHERRY_DASHBOARD,
        trustProxy: values['trust-proxy'] ? 'true' : env.WHERRY_TRUST_PROXY,
        broker: values.broker ?? env.WHERRY_BROKER,
        oidc: values.oidc ?? env.WHERRY_OIDC,
        securityContacts: values['security-contact'] ?? env.WHERRY_SECURITY_CONTACT?.split(','),
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
  --https HOST:PORT      where HTTPS listens; port 0 picks one                      WHERRY_HTTPS
  --mqtts HOST:PORT      where MQTT over TLS listens                                WHERRY_MQTTS
  --http HOST:PORT       where plain HTTP listens: on this machine only             WHERRY_HTTP
  --mqtt HOST:PORT       where plain MQTT listens: on this machine only             WHERRY_MQTT
  --name NAME            a name or address under which it is reached, for its own   WHERRY_NAMES=A,B
                         certificate; repeat for more
  --insecure-plain       plain listeners also beyond this machine                   WHERRY_INSECURE_PLAIN=true
  --mqtt-url URL         what devices are told to connect to, when that is another  WHERRY_MQTT_URL
  --dashboard DIR        folder of the built dashboard                              WHERRY_DASHBOARD
  --trust-proxy          take the client's address from X-Forwarded-For             WHERRY_TRUST_PROXY=true
  --broker FILE          an MQTT broker of somebody else, in place of its own      WHERRY_BROKER
  --oidc FILE            the OpenID Connect provider through which people sign in   WHERRY_OIDC
  --security-contact URI whom to tell of a hole: mailto:, https: or tel:, for       WHERRY_SECURITY_CONTACT=A,B
                         /.well-known/security.txt; repeat for more
  --log-level LEVEL      fatal, error, warn, info (default), debug, silent          WHERRY_LOG_LEVEL
  --usage-every-ms N     how often devices report usage, from 1000 (300000)         WHERRY_USAGE_EVERY_MS
  --certificate-life-ms N  of devices' certificates, from 5000 (90 days)            WHERRY_CERTIFICATE_LIFE_MS
  -h, --help             this text

Without --http and --https it listens with HTTPS on 0.0.0.0:8443 and with HTTP on 127.0.0.1:8080; without --mqtt and --mqtts
with MQTT over TLS on 0.0.0.0:8883 and with plain MQTT on 127.0.0.1:1883. Told of one, it listens there only.

When it is ready it prints one JSON line on stdout with its addresses and the file of the first admin token.
Logs are JSON lines on stderr. SIGTERM and SIGINT end it after what was received is stored.
`;
