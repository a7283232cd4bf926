/**
 * Wherry for AssemblyScript. A program exports a handler for each of its triggers:
 *
 *   export function onStart(): void
 *   export function onCron(schedule: string): void
 *   export function onMqtt(topic: string, payload: ArrayBuffer): void
 *   export function onHttp(method: string, path: string, query: string, body: ArrayBuffer): ArrayBuffer
 *   export function onHealth(): i32              // 0 is healthy
 *
 * Build with `asc --runtime incremental --exportRuntime`.
 */
export { config } from "./config";
export { Message } from "./head";
export { Status } from "./host";
export { fetch, queryValue, respond, respondJson } from "./http";
export { kv } from "./kv";
export { log } from "./log";
export { publish, publishBytes } from "./mqtt";
export { nowMs } from "./time";
export { answerTrigger, nextTrigger } from "./trigger";
