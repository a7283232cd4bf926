/**
 * Wherry for AssemblyScript. A program exports a handler for each of its triggers:
 *
 *   export function onStart(): void
 *   export function onCron(schedule: string): void
 *   export function onMqtt(topic: string, payload: ArrayBuffer): void
 *   export function onHttp(method: string, path: string, query: string, body: ArrayBuffer): ArrayBuffer
 *   export function onHealth(): i32              // 0 is healthy
 *
 * With both of these, an update hands the program's state over (at most 256 KiB); onLoad throws at a state that it does not know,
 * and the version before goes on:
 *
 *   export function onSave(): ArrayBuffer
 *   export function onLoad(state: ArrayBuffer): void
 *
 * Topics below `$fleet/` come from, and go to, the control plane's broker: `mqtt: { topic, from: fleet }`, `capabilities.mqtt.fleet`.
 *
 * Build with `asc --runtime incremental --exportRuntime`.
 */
export { config } from "./config";
export { DigitalIn, DigitalOut, Edge } from "./gpio";
export { Message } from "./head";
export { Status } from "./host";
export { fetch, queryValue, respond, respondJson } from "./http";
export { I2c } from "./i2c";
export { kv } from "./kv";
export { log } from "./log";
export { publish, publishBytes } from "./mqtt";
export { secret } from "./secret";
export { Serial } from "./serial";
export { nowMs } from "./time";
export { answerTrigger, nextTrigger } from "./trigger";
