import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LIMITS, labels, type Outcome, refuse, succeed } from '@wherry/protocol';
import { z } from 'zod';
import { isTimeZone } from './time-zone.ts';

/** `agent.json`: what the owner of this device decides about it. Every key may be left out. */
const config = z.strictObject({
  /** Where http triggers listen; false serves none. Port 0 takes a free one. */
  http: z
    .union([
      z.literal(false),
      z.strictObject({ host: z.string().default('127.0.0.1'), port: z.int().min(0).max(65_535).default(0) }),
    ])
    .default(false),
  /** A broker on the device or in its LAN. */
  localBroker: z
    .union([
      z.url({ protocol: /^mqtts?$/ }),
      z.strictObject({
        url: z.url({ protocol: /^mqtts?$/ }),
        username: z.string().optional(),
        password: z.string().optional(),
      }),
    ])
    .optional(),
  /** Path of the socket of a container engine; false asks none. */
  dockerSocket: z.union([z.literal(false), z.string().min(1)]).default('/var/run/docker.sock'),
  /** IANA name, in which activation windows are meant that name none; the system's own otherwise. */
  timeZone: z
    .string()
    .refine(isTimeZone, 'is not a time zone that this system knows, such as Europe/Berlin')
    .optional(),
  /** Bodies of downloads in a month (UTC), by type of link. The link is that of the default route. */
  links: z
    .strictObject({
      metered: z
        .strictObject({
          /** Names of interfaces; a `*` at the end stands for any rest. */
          interfaces: z
            .array(z.string().regex(/^[^\s*/]{1,15}\*?$/))
            .max(32)
            .default([]),
          bytesPerMonth: z.int().min(0).optional(),
        })
        .prefault({}),
      unmetered: z.strictObject({ bytesPerMonth: z.int().min(0).optional() }).prefault({}),
    })
    .prefault({}),
  /** Processes for Wasm modules started ahead of them; each costs about 10 MB and saves a start 50 ms. */
  runnerPool: z.int().min(0).max(8).default(1),
  /** How long a program that may be parked stays awake without a call; false parks none. */
  parkAfterMs: z.union([z.literal(false), z.int().min(100).max(86_400_000)]).default(60_000),
  /** Until a desired state says otherwise. */
  usageEveryMs: z.int().min(1_000).max(86_400_000).default(300_000),
  policy: z
    .strictObject({
      memoryBytesMax: z.int().min(LIMITS.memoryBytesMin).default(LIMITS.memoryBytesMax),
      cpuShareMax: z.number().gt(0).default(64),
      allowContainers: z.boolean().default(true),
      /** False on a device whose owner wants programs in containers only. */
      allowWasm: z.boolean().default(true),
      allowHttp: z.boolean().default(true),
      dataBytesMax: z
        .int()
        .min(0)
        .default(4 * 1024 ** 3),
    })
    .prefault({}),
  /** Told with the claim; labels of the command line come on top. */
  labels: labels.default({}),
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});
export type AgentConfig = z.infer<typeof config>;

export const CONFIG_FILE = 'agent.json';

/** Reads `path`, or DIR/agent.json, which need not be there. Codes: invalid_body, not_found. */
export function readConfig(folder: string, path?: string): Outcome<AgentConfig> {
  const from = path ?? join(folder, CONFIG_FILE);
  let text: string;
  try {
    text = readFileSync(from, 'utf8');
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (isAbsent && path === undefined) return succeed(config.parse({}));
    return refuse('not_found', `read ${from}: ${(error as Error).message}`);
  }
  return parseConfig(text, from);
}

export function parseConfig(text: string, from: string): Outcome<AgentConfig> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse('invalid_body', `${from} is not JSON: ${(error as Error).message}`);
  }
  const parsed = config.safeParse(value);
  if (parsed.success) return succeed(parsed.data);
  const issue = parsed.error.issues[0];
  return refuse('invalid_body', `${from}: ${issue?.path.join('.') || 'content'}: ${issue?.message}`);
}
