import type { ErrorCode } from '@wherry/protocol';
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { Violation } from '../broker/guard/violations.ts';
import { type FleetGrouping, type FleetSources, fleetFigures } from './fleet-figures.ts';

/** What the server tells Prometheus. Registries of each server’s own, so that two of them in one process do not mix. */
export interface Metrics {
  readonly contentType: string;
  /** Everything, with the fleet as whoever asks may see it. */
  text(grouping: FleetGrouping): Promise<string>;
  messageStored(channel: string): void;
  messageRefused(channel: string, code: ErrorCode): void;
  /** From the arrival of a message to the moment its acknowledgement may go. */
  acknowledged(seconds: number): void;
  guardClosed(violation: Violation): void;
  /** The process of the broker ended without being told to. */
  brokerRestarted(): void;
  streamDropped(): void;
  requestServed(method: string, route: string, status: number, seconds: number): void;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export function createMetrics(sources: FleetSources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const stored = new Counter({
    name: 'wherry_messages_stored_total',
    help: 'Messages from devices that were stored or handled',
    labelNames: ['channel'],
    registers,
  });
  const refused = new Counter({
    name: 'wherry_ingest_errors_total',
    help: 'Messages from devices that were dropped, by channel and code',
    labelNames: ['channel', 'code'],
    registers,
  });
  const ackLatency = new Histogram({
    name: 'wherry_ack_latency_seconds',
    help: 'From the arrival of a message to its acknowledgement',
    buckets: SECONDS,
    registers,
  });
  const guardClosed = new Counter({
    name: 'wherry_guard_closed_total',
    help: 'MQTT connections that the guard closed, by violation',
    labelNames: ['violation'],
    registers,
  });
  const brokerRestarts = new Counter({
    name: 'wherry_broker_restarts_total',
    help: 'How often the process of the MQTT broker ended and was started again',
    registers,
  });
  const streamsDropped = new Counter({
    name: 'wherry_streams_dropped_total',
    help: 'Event streams that were ended because their reader was too slow',
    registers,
  });
  const requests = new Histogram({
    name: 'wherry_http_request_seconds',
    help: 'HTTP requests by method, route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers,
  });
  const fleet: Readonly<Record<FleetGrouping, Registry>> = {
    in_all: fleetFigures(sources, 'in_all'),
    by_tenant: fleetFigures(sources, 'by_tenant'),
  };
  return {
    contentType: registry.contentType,
    text: async (grouping) => [await registry.metrics(), await fleet[grouping].metrics()].join('\n'),
    messageStored: (channel) => stored.inc({ channel }),
    messageRefused: (channel, code) => refused.inc({ channel, code }),
    acknowledged: (seconds) => ackLatency.observe(seconds),
    guardClosed: (violation) => guardClosed.inc({ violation }),
    brokerRestarted: () => brokerRestarts.inc(),
    streamDropped: () => streamsDropped.inc(),
    requestServed: (method, route, status, seconds) => requests.observe({ method, route, status }, seconds),
  };
}
