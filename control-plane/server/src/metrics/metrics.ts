import { type ErrorCode, ROLLOUT_STATES } from '@wherry/protocol';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Violation } from '../broker/guard/violations.ts';

/** What the server tells Prometheus. One registry for each server, so that two of them in one process do not mix. */
export interface Metrics {
  readonly registry: Registry;
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

export interface MetricSources {
  readonly devices: () => Promise<{ total: number; online: number }>;
  readonly rolloutsByState: () => Promise<Partial<Record<(typeof ROLLOUT_STATES)[number], number>>>;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export function createMetrics(sources: MetricSources): Metrics {
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
  new Gauge({
    name: 'wherry_devices',
    help: 'Devices, by whether their session lives',
    labelNames: ['online'],
    registers,
    async collect() {
      const { total, online } = await sources.devices();
      this.set({ online: 'true' }, online);
      this.set({ online: 'false' }, total - online);
    },
  });
  new Gauge({
    name: 'wherry_rollouts',
    help: 'Rollouts by state',
    labelNames: ['state'],
    registers,
    async collect() {
      const counts = await sources.rolloutsByState();
      for (const state of ROLLOUT_STATES) this.set({ state }, counts[state] ?? 0);
    },
  });
  return {
    registry,
    messageStored: (channel) => stored.inc({ channel }),
    messageRefused: (channel, code) => refused.inc({ channel, code }),
    acknowledged: (seconds) => ackLatency.observe(seconds),
    guardClosed: (violation) => guardClosed.inc({ violation }),
    brokerRestarted: () => brokerRestarts.inc(),
    streamDropped: () => streamsDropped.inc(),
    requestServed: (method, route, status, seconds) => requests.observe({ method, route, status }, seconds),
  };
}
