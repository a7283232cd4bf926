import type { Logger } from '../logs/logger.ts';
import type { FleetLink } from './fleet.ts';
import type { Triggers } from './port.ts';

export interface TriggersOptions {
  readonly log: Logger;
  /** Where http triggers listen; port 0 takes a free one. Without it, http triggers are not served. */
  readonly http?: { readonly host: string; readonly port: number; readonly hosts?: readonly string[] | undefined };
  /** The control plane's broker; without it, messages of the fleet neither come nor go. */
  readonly fleet?: FleetLink;
  /** In which schedules without a time zone of their own are meant; the system's without it. */
  readonly timeZone?: string | undefined;
  /** A broker on the device or in its LAN, for example `mqtt://127.0.0.1:1883`. Without it, the bus is in this process only. */
  readonly localBroker?: { readonly url: string; readonly username?: string; readonly password?: string };
}

export interface DeviceTriggers extends Triggers {
  /** `http://127.0.0.1:PORT` once started; null when http triggers are not served. */
  httpUrl(): string | null;
  /** True while the session with the local broker is up; null when none is configured. */
  isBrokerUp(): boolean | null;
  /** Totals since the start, by name: cron_overlaps, cron_missed, bus_rate_limited, … */
  counters(): Readonly<Record<string, number>>;
}
