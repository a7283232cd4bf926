import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  appName,
  ISOLATION_LEVELS,
  LIMITS,
  labels,
  type Outcome,
  refuse,
  succeed,
  WASM_FEATURES,
} from '@wherry/protocol';
import { z } from 'zod';
import { hardwareConfig } from '../hardware/config.ts';
import { hardwareScript } from '../hardware/fake/script.ts';
import { downloadConfig, maxBytesPerSecond } from './downloading/config.ts';
import { isTimeZone } from './time-zone.ts';

/**
 * `agent.json`: what the owner of this device decides about it. Every key may be left out. A function, because it is read once: some 350
 * schemas, 0.4 MB, that an agent would else keep for as long as it lives.
 */
const configSchema = () =>
  z.strictObject({
    /** Where http triggers listen; false serves none. Port 0 takes a free one. */
    http: z
      .union([
        z.literal(false),
        z.strictObject({
          host: z.string().default('127.0.0.1'),
          port: z.int().min(0).max(65_535).default(0),
          /** Names by which the device is asked, besides its addresses and its own name. */
          hosts: z
            .array(z.string().regex(/^[A-Za-z0-9.-]{1,253}$/, 'is not a host name, such as kiosk.example'))
            .max(32)
            .optional(),
        }),
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
    /** How often the engine is asked whether it answers, while programs here run in it or wait for it. */
    engineEveryMs: z.int().min(1_000).max(86_400_000).default(60_000),
    /** IANA name, in which activation windows and schedules are meant that name none; the system's own otherwise. */
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
            maxBytesPerSecond: maxBytesPerSecond(),
          })
          .prefault({}),
        unmetered: z
          .strictObject({ bytesPerMonth: z.int().min(0).optional(), maxBytesPerSecond: maxBytesPerSecond() })
          .prefault({}),
      })
      .prefault({}),
    downloads: downloadConfig().prefault({}),
    /** Processes for Wasm modules started ahead of them; each costs about 10 MB and saves a start 50 ms. */
    runnerPool: z.int().min(0).max(8).default(1),
    /** How long a program that may be parked stays awake without a call; false parks none. */
    parkAfterMs: z.union([z.literal(false), z.int().min(100).max(86_400_000)]).default(60_000),
    /** Until a desired state says otherwise. */
    usageEveryMs: z.int().min(1_000).max(86_400_000).default(300_000),
    /**
     * A release that runs here and that its owner revoked: `keep` lets it run until it ends by itself, and never starts it again; `stop` ends
     * it as soon as the device hears of it.
     */
    onRevoked: z.enum(['keep', 'stop']).default('keep'),
    policy: z
      .strictObject({
        memoryBytesMax: z.int().min(LIMITS.memoryBytesMin).default(LIMITS.memoryBytesMax),
        cpuShareMax: z.number().gt(0).default(64),
        allowContainers: z.boolean().default(true),
        /** False on a device whose owner wants programs in containers only. */
        allowWasm: z.boolean().default(true),
        /** False where the agent is updated by hand, or with the image of the device. */
        allowAgentUpdates: z.boolean().default(true),
        allowHttp: z.boolean().default(true),
        /** May a release be granted names that lead to private, loopback and link-local addresses? */
        allowPrivateHttp: z.boolean().default(true),
        allowGpio: z.boolean().default(true),
        allowI2c: z.boolean().default(true),
        allowSerial: z.boolean().default(true),
        /** Wasm features beyond the usual that releases may be granted. */
        allowFeatures: z.array(z.enum(WASM_FEATURES)).default([]),
        dataBytesMax: z
          .int()
          .min(0)
          .default(4 * 1024 ** 3),
        wallMsMax: z.int().min(LIMITS.wallMsMin).optional(),
        /** With it, every release must name a limit for the CPU time of a call, and none above this. */
        cpuTimeMsMax: z.int().min(LIMITS.cpuTimeMsMin).optional(),
        /** Weakest isolation with which any Wasm program may run here, whatever its release says. */
        minIsolation: z.enum(ISOLATION_LEVELS).optional(),
      })
      .prefault({}),
    isolation: z
      .strictObject({
        /** Apps that are trusted to share one process with each other, which saves memory; all others have their own. */
        shared: z.array(appName).max(LIMITS.workloadsPerDevice).default([]),
        /**
         * Where cgroups for programs may be made: a folder that was delegated to the agent, or true for the agent's own cgroup (systemd:
         * Delegate=yes). False uses none. Unless told, the agent's own where that was plainly delegated to it (cgroup/own-place.ts).
         */
        cgroup: z.union([z.boolean(), z.string().startsWith('/')]).optional(),
      })
      .prefault({}),
    selfUpdate: z
      .strictObject({
        /** How long a new version of the agent may take until the control plane has acknowledged a report of it. */
        confirmWithinMs: z.int().min(1_000).max(86_400_000).default(900_000),
      })
      .prefault({}),
    /** Pins, buses and serial devices by the names that releases use. */
    hardware: hardwareConfig().prefault({}),
    /** Hardware in memory in the place of the real one, for trying out. */
    fakeHardware: hardwareScript().optional(),
    /** Told with the claim; labels of the command line come on top. */
    labels: labels.default({}),
    logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  });
export type AgentConfig = z.infer<ReturnType<typeof configSchema>>;

export const CONFIG_FILE = 'agent.json';

/** Reads `path`, or DIR/agent.json, which need not be there. Codes: invalid_body, not_found. */
export function readConfig(folder: string, path?: string): Outcome<AgentConfig> {
  const from = path ?? join(folder, CONFIG_FILE);
  let text: string;
  try {
    text = readFileSync(from, 'utf8');
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (isAbsent && path === undefined) return succeed(configSchema().parse({}));
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
  const parsed = configSchema().safeParse(value);
  if (parsed.success) return succeed(parsed.data);
  const issue = parsed.error.issues[0];
  return refuse('invalid_body', `${from}: ${issue?.path.join('.') || 'content'}: ${issue?.message}`);
}
