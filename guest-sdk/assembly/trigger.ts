import { Message, parseMessage } from "./head";
import { Status, address, hostTriggerAnswer, hostTriggerNext, utf8 } from "./host";

/**
 * For programs with a loop of their own in `onStart`: the next trigger, or null when none came in time. Fields: WHERRY_TRIGGER
 * (cron, mqtt, http), WHERRY_TOPIC, WHERRY_SCHEDULE, REQUEST_METHOD, PATH_INFO, QUERY_STRING. While it waits, no time limit runs.
 */
export function nextTrigger(timeoutMs: i32): Message | null {
  let buffer = new ArrayBuffer(4096);
  let length = hostTriggerNext(address(buffer), buffer.byteLength, timeoutMs);
  if (length > buffer.byteLength) {
    buffer = new ArrayBuffer(length);
    length = hostTriggerNext(address(buffer), buffer.byteLength, 0);
  }
  return length < 0 ? null : parseMessage(buffer.slice(0, length), "=");
}

/** Answers the http trigger that `nextTrigger` returned last. */
export function answerTrigger(status: i32, body: string, contentType: string = "text/plain; charset=utf-8"): bool {
  const type = utf8(contentType);
  const bytes = utf8(body);
  return hostTriggerAnswer(status, address(type), type.byteLength, address(bytes), bytes.byteLength) == Status.OK;
}
