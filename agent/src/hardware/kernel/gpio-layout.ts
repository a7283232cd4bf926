import { LIMITS } from '@wherry/protocol';
import type { PinConfig } from '../config.ts';
import type { EdgeKind } from '../port.ts';
import { requestNumber } from './ioctl.ts';

/** The kernel's GPIO interface, version 2 (linux/gpio.h): sizes and places of fields are the same on x86-64 and arm64. */
const GPIO = 0xb4;
export const GPIO_SIZES = { request: 592, config: 272, values: 16, event: 48 } as const;
export const GPIO_REQUESTS = {
  getLine: requestNumber('both', GPIO, 0x07, GPIO_SIZES.request),
  setConfig: requestNumber('both', GPIO, 0x0d, GPIO_SIZES.config),
  getValues: requestNumber('both', GPIO, 0x0e, GPIO_SIZES.values),
  setValues: requestNumber('both', GPIO, 0x0f, GPIO_SIZES.values),
} as const;

export const GPIO_FLAGS = {
  activeLow: 1 << 1,
  input: 1 << 2,
  output: 1 << 3,
  edgeRising: 1 << 4,
  edgeFalling: 1 << 5,
  openDrain: 1 << 6,
  openSource: 1 << 7,
  pullUp: 1 << 8,
  pullDown: 1 << 9,
  biasDisabled: 1 << 10,
} as const;

/** Of gpio_v2_line_request, gpio_v2_line_config, gpio_v2_line_config_attribute and gpio_v2_line_event. */
export const GPIO_OFFSETS = {
  request: { consumer: 256, config: 288, numLines: 560, eventBufferSize: 564, fd: 588 },
  config: { flags: 0, numAttrs: 8, attrs: 32 },
  attribute: { id: 0, value: 8, mask: 16 },
  event: { id: 8 },
} as const;
export const GPIO_ATTRIBUTES = { outputValues: 2, debounce: 3 } as const;
export const GPIO_EVENTS = { rising: 1, falling: 2 } as const;

const ATTRIBUTE_BYTES = 24;
const FIRST_LINE = 1n;
const CONSUMER = 'wherry';

export interface LineSetting {
  readonly direction: 'in' | 'out';
  readonly isWatched: boolean;
  /** Of an output, as it begins. */
  readonly isActive: boolean;
}

export function lineConfig(pin: PinConfig, setting: LineSetting): Buffer {
  const bytes = Buffer.alloc(GPIO_SIZES.config);
  const { flags, numAttrs } = GPIO_OFFSETS.config;
  bytes.writeBigUInt64LE(BigInt(flagsOf(pin, setting)), flags);
  if (setting.direction === 'out') writeAttribute(bytes, GPIO_ATTRIBUTES.outputValues, setting.isActive ? 1n : 0n);
  else if (pin.debounceMs > 0) writeAttribute(bytes, GPIO_ATTRIBUTES.debounce, BigInt(pin.debounceMs * 1_000));
  else return bytes;
  bytes.writeUInt32LE(1, numAttrs);
  return bytes;
}

/** A 32-bit value lies in the low half of the 64-bit union: both architectures are little-endian. */
function writeAttribute(bytes: Buffer, id: number, value: bigint): void {
  const at = GPIO_OFFSETS.config.attrs;
  const entry = bytes.subarray(at, at + ATTRIBUTE_BYTES);
  entry.writeUInt32LE(id, GPIO_OFFSETS.attribute.id);
  entry.writeBigUInt64LE(value, GPIO_OFFSETS.attribute.value);
  entry.writeBigUInt64LE(FIRST_LINE, GPIO_OFFSETS.attribute.mask);
}

export function lineRequest(pin: PinConfig, setting: LineSetting): Buffer {
  const bytes = Buffer.alloc(GPIO_SIZES.request);
  const { consumer, config, numLines, eventBufferSize } = GPIO_OFFSETS.request;
  bytes.writeUInt32LE(pin.line, 0);
  bytes.write(CONSUMER, consumer, 'ascii');
  lineConfig(pin, setting).copy(bytes, config);
  bytes.writeUInt32LE(1, numLines);
  bytes.writeUInt32LE(LIMITS.gpioEdges, eventBufferSize);
  return bytes;
}

export function lineFd(answered: Buffer): number {
  return answered.readInt32LE(GPIO_OFFSETS.request.fd);
}

export function lineValues(isActive: boolean): Buffer {
  const bytes = Buffer.alloc(GPIO_SIZES.values);
  bytes.writeBigUInt64LE(isActive ? FIRST_LINE : 0n, 0);
  bytes.writeBigUInt64LE(FIRST_LINE, 8);
  return bytes;
}

export function isActiveIn(values: Buffer): boolean {
  return (values.readBigUInt64LE(0) & FIRST_LINE) !== 0n;
}

export function edgesIn(events: Buffer): EdgeKind[] {
  const edges: EdgeKind[] = [];
  for (let at = 0; at + GPIO_SIZES.event <= events.length; at += GPIO_SIZES.event)
    edges.push(events.readUInt32LE(at + GPIO_OFFSETS.event.id) === GPIO_EVENTS.rising ? 'rising' : 'falling');
  return edges;
}

function flagsOf(pin: PinConfig, { direction, isWatched }: LineSetting): number {
  const bias = { none: GPIO_FLAGS.biasDisabled, up: GPIO_FLAGS.pullUp, down: GPIO_FLAGS.pullDown, 'as-is': 0 };
  const drive = { 'push-pull': 0, 'open-drain': GPIO_FLAGS.openDrain, 'open-source': GPIO_FLAGS.openSource };
  const common = (pin.active === 'low' ? GPIO_FLAGS.activeLow : 0) | bias[pin.bias];
  if (direction === 'out') return common | GPIO_FLAGS.output | drive[pin.drive];
  return common | GPIO_FLAGS.input | (isWatched ? GPIO_FLAGS.edgeRising | GPIO_FLAGS.edgeFalling : 0);
}
