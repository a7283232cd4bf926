import { Status, address, hostPublish, utf8 } from "./host";

/** Publishes on the device's bus. False when the topic is not under `capabilities.mqtt.publish`, or the bus refused. */
export function publish(topic: string, text: string): bool {
  return publishBytes(topic, utf8(text));
}

export function publishBytes(topic: string, payload: ArrayBuffer): bool {
  const name = utf8(topic);
  return hostPublish(address(name), name.byteLength, address(payload), payload.byteLength) == Status.OK;
}
