import { SERVER_LIMITS } from '../../config/limits.ts';
import type { Frame } from './frame-reader.ts';
import type { Violation } from './violations.ts';
import { PacketCursor } from './wire-text.ts';

/**
 * What a device may send, packet by packet: the parts of MQTT 3.1.1 that Wherry speaks, well formed to the last byte. Whose branch
 * a topic is on is decided later, when it is known who speaks.
 */
export const PACKET = {
  connect: 1,
  publish: 3,
  puback: 4,
  subscribe: 8,
  unsubscribe: 10,
  pingreq: 12,
  disconnect: 14,
} as const;

type Inspect = (frame: Frame) => Violation | null;

const INSPECTORS: ReadonlyMap<number, Inspect> = new Map<number, Inspect>([
  [PACKET.connect, inspectConnect],
  [PACKET.publish, inspectPublish],
  [PACKET.puback, (frame) => fixed(frame, 0, 2)],
  [PACKET.subscribe, (frame) => inspectFilters(frame, 'with_qos')],
  [PACKET.unsubscribe, (frame) => inspectFilters(frame, 'plain')],
  [PACKET.pingreq, (frame) => fixed(frame, 0, 0)],
  [PACKET.disconnect, (frame) => fixed(frame, 0, 0)],
]);
/** PUBREC, PUBREL, PUBCOMP: the steps of QoS 2. */
const QOS2_STEPS: ReadonlySet<number> = new Set([5, 6, 7]);

const PROTOCOL_NAMES: ReadonlySet<string> = new Set(['MQTT', 'MQIsdp']);
const MQTT_3_1_1_LEVEL = 4;

/** Null for a type that devices send: known from the first byte, before anything is kept. */
export function inspectType(type: number): Violation | null {
  if (QOS2_STEPS.has(type)) return 'qos_refused';
  return INSPECTORS.has(type) ? null : 'malformed_packet';
}

/** Null when the packet may go on to the broker. */
export function inspectPacket(frame: Frame): Violation | null {
  const inspect = INSPECTORS.get(frame.type);
  return inspect ? inspect(frame) : inspectType(frame.type);
}

/** MQTT 3.1.1, 3.1 */
function inspectConnect(frame: Frame): Violation | null {
  if (frame.flags !== 0) return 'malformed_packet';
  const cursor = new PacketCursor(frame.bytes, frame.bodyStart);
  const name = cursor.text();
  if ('violation' in name) return name.violation;
  const level = cursor.byte();
  if (!PROTOCOL_NAMES.has(name.text)) return 'malformed_packet';
  if (name.text !== 'MQTT' || level !== MQTT_3_1_1_LEVEL) return 'version_unsupported';
  const flags = cursor.byte();
  if (flags === null || (flags & 0x01) !== 0 || cursor.uint16() === null) return 'malformed_packet';
  const clientId = cursor.text();
  if ('violation' in clientId) return clientId.violation;
  const willViolation = inspectWill(cursor, flags);
  if (willViolation) return willViolation;
  const hasUserName = (flags & 0x80) !== 0;
  const hasPassword = (flags & 0x40) !== 0;
  if (hasPassword && !hasUserName) return 'malformed_packet';
  if (hasUserName) {
    const userName = cursor.text();
    if ('violation' in userName) return userName.violation;
  }
  if (hasPassword && cursor.block() === null) return 'malformed_packet';
  return cursor.isAtEnd ? null : 'malformed_packet';
}

/** A will is a message like any other: it is inspected before it is kept. */
function inspectWill(cursor: PacketCursor, flags: number): Violation | null {
  const qos = (flags >> 3) & 0x03;
  if ((flags & 0x04) === 0) return (flags & 0x38) === 0 ? null : 'malformed_packet';
  if (qos > 1) return qos === 2 ? 'qos_refused' : 'malformed_packet';
  return cursor.topic('refused') ?? (cursor.block() === null ? 'malformed_packet' : null);
}

/** MQTT 3.1.1, 3.3 */
function inspectPublish(frame: Frame): Violation | null {
  const qos = (frame.flags >> 1) & 0x03;
  if (qos > 1) return qos === 2 ? 'qos_refused' : 'malformed_packet';
  const cursor = new PacketCursor(frame.bytes, frame.bodyStart);
  const violation = cursor.topic('refused');
  if (violation) return violation;
  if (qos === 1 && !cursor.uint16()) return 'malformed_packet';
  return null;
}

/** MQTT 3.1.1, 3.8 and 3.10: a packet id, then one filter or more. */
function inspectFilters(frame: Frame, form: 'with_qos' | 'plain'): Violation | null {
  if (frame.flags !== 0x02) return 'malformed_packet';
  const cursor = new PacketCursor(frame.bytes, frame.bodyStart);
  if (!cursor.uint16() || cursor.isAtEnd) return 'malformed_packet';
  for (let count = 1; !cursor.isAtEnd; count += 1) {
    if (count > SERVER_LIMITS.filtersPerSubscribe) return 'malformed_packet';
    const violation = cursor.topic('allowed');
    if (violation) return violation;
    if (form === 'with_qos') {
      const qos = cursor.byte();
      if (qos === null || qos > 2) return 'malformed_packet';
    }
  }
  return null;
}

function fixed(frame: Frame, flags: number, bodyBytes: number): Violation | null {
  return frame.flags === flags && frame.bytes.length - frame.bodyStart === bodyBytes ? null : 'malformed_packet';
}
