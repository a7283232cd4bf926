// The import module "wherry" as AssemblyScript sees it. Text is UTF-8, as pointer and length; results below zero are Status values.
// The same functions are in ../include/wherry.h for C.

// @ts-ignore: decorator
@external("wherry", "log")
export declare function hostLog(level: i32, text: usize, length: i32): void;
// @ts-ignore: decorator
@external("wherry", "now_ms")
export declare function hostNowMs(): f64;
// @ts-ignore: decorator
@external("wherry", "publish")
export declare function hostPublish(topic: usize, topicLength: i32, payload: usize, payloadLength: i32): i32;
// @ts-ignore: decorator
@external("wherry", "kv_get")
export declare function hostKvGet(key: usize, keyLength: i32, buffer: usize, bufferLength: i32): i32;
// @ts-ignore: decorator
@external("wherry", "kv_set")
export declare function hostKvSet(key: usize, keyLength: i32, value: usize, valueLength: i32): i32;
// @ts-ignore: decorator
@external("wherry", "kv_delete")
export declare function hostKvDelete(key: usize, keyLength: i32): i32;
// @ts-ignore: decorator
@external("wherry", "config_get")
export declare function hostConfigGet(key: usize, keyLength: i32, buffer: usize, bufferLength: i32): i32;
// @ts-ignore: decorator
@external("wherry", "secret_get")
export declare function hostSecretGet(name: usize, nameLength: i32, buffer: usize, bufferLength: i32): i32;
// @ts-ignore: decorator
@external("wherry", "trigger_next")
export declare function hostTriggerNext(buffer: usize, bufferLength: i32, timeoutMs: i32): i32;
// @ts-ignore: decorator
@external("wherry", "trigger_answer")
export declare function hostTriggerAnswer(status: i32, type: usize, typeLength: i32, body: usize, bodyLength: i32): i32;
// @ts-ignore: decorator
@external("wherry", "http_fetch")
export declare function hostHttpFetch(head: usize, headLength: i32, body: usize, bodyLength: i32): i32;
// @ts-ignore: decorator
@external("wherry", "http_response")
export declare function hostHttpResponse(buffer: usize, bufferLength: i32): i32;

// @ts-ignore: decorator
@external("wherry", "gpio_read")
export declare function hostGpioRead(pin: usize, pinLength: i32): i32;
// @ts-ignore: decorator
@external("wherry", "gpio_write")
export declare function hostGpioWrite(pin: usize, pinLength: i32, isActive: i32): i32;
// @ts-ignore: decorator
@external("wherry", "gpio_wait")
export declare function hostGpioWait(pin: usize, pinLength: i32, edge: i32, timeoutMs: i32): i32;
// @ts-ignore: decorator
@external("wherry", "i2c_transaction")
export declare function hostI2cTransaction(bus: usize, busLength: i32, address: i32, operations: usize, count: i32): i32;
// @ts-ignore: decorator
@external("wherry", "serial_open")
export declare function hostSerialOpen(device: usize, deviceLength: i32, baud: i32): i32;
// @ts-ignore: decorator
@external("wherry", "serial_read")
export declare function hostSerialRead(device: usize, deviceLength: i32, buffer: usize, length: i32, timeoutMs: i32): i32;
// @ts-ignore: decorator
@external("wherry", "serial_write")
export declare function hostSerialWrite(device: usize, deviceLength: i32, bytes: usize, length: i32): i32;

/** What a host function returns when it has no length to return. */
export namespace Status {
  export const OK: i32 = 0;
  /** There is no such key; nothing on the bus answers. */
  export const ABSENT: i32 = -1;
  /** The release was not granted this. */
  export const DENIED: i32 = -2;
  /** Too long, or not well formed. */
  export const INVALID: i32 = -3;
  export const FAILED: i32 = -4;
  export const TIMEOUT: i32 = -5;
}

/** Bytes of a text as UTF-8, as the host takes it. */
export function utf8(text: string): ArrayBuffer {
  return String.UTF8.encode(text);
}

export function address(buffer: ArrayBuffer): usize {
  return changetype<usize>(buffer);
}
