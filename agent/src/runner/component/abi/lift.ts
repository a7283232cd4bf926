import { alignTo, type CoreType, type Primitive, tagBytesOf } from '@wherry/protocol/admission';
import { bytesAt, type CallContext, expectAligned, typeOf, viewAt } from './context.ts';
import { type CoreValue, narrow } from './reinterpret.ts';
import { trap } from './trap.ts';

/** From a guest to the host: every number, pointer, length, label and handle is checked (CanonicalABI.md, "Loading", "Flat Lifting"). */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Items of one list that is not of bytes: each becomes an object of the host. */
const ITEMS_MAX = 1_000_000;

/** Gives the next core value, as the type asked for. */
export type Next = (type: CoreType) => CoreValue;

export function liftFlat(context: CallContext, type: number, next: Next): unknown {
  const { shape, flat } = typeOf(context, type);
  switch (shape.is) {
    case 'record':
      return record(shape.fields, (field) => liftFlat(context, field, next));
    case 'tuple':
      return shape.items.map((item) => liftFlat(context, item, next));
    case 'string':
      return text(context, next('i32') as number, next('i32') as number);
    case 'list':
      return list(context, shape.item, next('i32') as number, next('i32') as number);
    case 'enum':
      return labelAt(shape.labels, next('i32') as number);
    case 'flags':
      return bits(shape.labels.length, next('i32') as number);
    case 'own':
    case 'borrow':
      return handle(context, shape, next('i32') as number);
    case 'variant':
    case 'option':
    case 'result': {
      const cases = casesOf(shape);
      const found = caseAt(cases, next('i32') as number);
      const shared = (flat as readonly CoreType[]).slice(1);
      let at = 0;
      const inCase: Next = (wanted) => {
        const held = shared[at++] as CoreType;
        return narrow(next(held), held, wanted);
      };
      const value = found.type === null ? undefined : liftFlat(context, found.type, inCase);
      for (; at < shared.length; at++) next(shared[at] as CoreType);
      return { tag: found.label, value };
    }
    default:
      return primitive(shape.is, next(flat?.[0] as CoreType));
  }
}

export function liftFromMemory(context: CallContext, type: number, pointer: number): unknown {
  const { shape, sizeBytes } = typeOf(context, type);
  switch (shape.is) {
    case 'record': {
      const at = fieldPlaces(
        context,
        shape.fields.map((field) => field.type),
        pointer,
      );
      return record(shape.fields, (field) => liftFromMemory(context, field, at()));
    }
    case 'tuple': {
      const at = fieldPlaces(context, shape.items, pointer);
      return shape.items.map((item) => liftFromMemory(context, item, at()));
    }
    case 'string':
    case 'list': {
      const view = viewAt(context, pointer, 8);
      const [at, length] = [view.getUint32(0, true), view.getUint32(4, true)];
      return shape.is === 'string' ? text(context, at, length) : list(context, shape.item, at, length);
    }
    case 'enum':
      return labelAt(shape.labels, unsigned(viewAt(context, pointer, sizeBytes)));
    case 'flags':
      return bits(shape.labels.length, unsigned(viewAt(context, pointer, sizeBytes)));
    case 'own':
    case 'borrow':
      return handle(context, shape, viewAt(context, pointer, 4).getUint32(0, true));
    case 'variant':
    case 'option':
    case 'result': {
      const cases = casesOf(shape);
      const tagBytes = tagBytesOf(cases.length);
      const found = caseAt(cases, unsigned(viewAt(context, pointer, tagBytes)));
      if (found.type === null) return { tag: found.label, value: undefined };
      return { tag: found.label, value: liftFromMemory(context, found.type, pointer + payloadOffset(context, cases)) };
    }
    default:
      return fromView(shape.is, viewAt(context, pointer, sizeBytes));
  }
}

export interface CaseType {
  readonly label: string;
  readonly type: number | null;
}

/** Options and results are variants with given labels. */
export function casesOf(
  shape:
    | { readonly is: 'variant'; readonly cases: readonly CaseType[] }
    | { readonly is: 'option'; readonly item: number }
    | { readonly is: 'result'; readonly ok: number | null; readonly err: number | null },
): readonly CaseType[] {
  if (shape.is === 'variant') return shape.cases;
  if (shape.is === 'option') return [NOTHING, { label: 'some', type: shape.item }];
  return [
    { label: 'ok', type: shape.ok },
    { label: 'err', type: shape.err },
  ];
}
const NOTHING: CaseType = { label: 'none', type: null };

/** Where the payload of a variant begins, behind its tag. */
export function payloadOffset(context: CallContext, cases: readonly CaseType[]): number {
  const aligns = cases.map(({ type }) => (type === null ? 1 : typeOf(context, type).alignBytes));
  return alignTo(tagBytesOf(cases.length), Math.max(...aligns));
}

/** Places of fields in a row, one with each call. */
export function fieldPlaces(context: CallContext, types: readonly number[], pointer: number): () => number {
  let [index, end] = [0, pointer];
  return () => {
    const { alignBytes, sizeBytes } = typeOf(context, types[index++] as number);
    const at = alignTo(end, alignBytes);
    end = at + sizeBytes;
    return at;
  };
}

function record(
  fields: readonly { readonly label: string; readonly type: number }[],
  lift: (type: number) => unknown,
): Record<string, unknown> {
  const out: Record<string, unknown> = Object.create(null);
  for (const { label, type } of fields) out[label] = lift(type);
  return out;
}

function text(context: CallContext, pointer: number, length: number): string {
  const bytes = bytesAt(context, pointer, length >>> 0);
  try {
    return UTF8.decode(bytes);
  } catch {
    return trap(`the string at ${pointer >>> 0} is not UTF-8`);
  }
}

function list(context: CallContext, item: number, pointer: number, lengthFromGuest: number): Uint8Array | unknown[] {
  const length = lengthFromGuest >>> 0;
  const { shape, sizeBytes, alignBytes } = typeOf(context, item);
  expectAligned(pointer, alignBytes);
  const bytes = bytesAt(context, pointer, length * sizeBytes);
  if (shape.is === 'u8') return bytes.slice();
  if (length > ITEMS_MAX) trap(`a list of ${length} items; the most is ${ITEMS_MAX}`);
  const items: unknown[] = [];
  for (let i = 0; i < length; i++) items.push(liftFromMemory(context, item, (pointer >>> 0) + i * sizeBytes));
  return items;
}

function handle(
  context: CallContext,
  shape: { readonly is: 'own' | 'borrow'; readonly resource: number },
  number: number,
) {
  const { handles } = context.instance;
  if (shape.is === 'borrow') {
    const found = handles.get(number, shape.resource);
    found.lends += 1;
    context.lent.push(found);
    return found.represents;
  }
  if (!handles.get(number, shape.resource).isOwn) trap(`handle ${number >>> 0} is borrowed, and given away`);
  return handles.remove(number, shape.resource).represents;
}

function caseAt(cases: readonly CaseType[], index: number): CaseType {
  return cases[index >>> 0] ?? trap(`case ${index >>> 0} of ${cases.length} does not exist`);
}

function labelAt(labels: readonly string[], index: number): string {
  return labels[index >>> 0] ?? trap(`case ${index >>> 0} of ${labels.length} does not exist`);
}

/** Bits that have no label mean nothing. */
function bits(labels: number, value: number): number {
  return (labels === 32 ? value : value & (2 ** labels - 1)) >>> 0;
}

function unsigned(view: DataView): number {
  if (view.byteLength === 1) return view.getUint8(0);
  return view.byteLength === 2 ? view.getUint16(0, true) : view.getUint32(0, true);
}

function fromView(is: Primitive, view: DataView): unknown {
  if (is === 'f32') return view.getFloat32(0, true);
  if (is === 'f64') return view.getFloat64(0, true);
  if (is === 's64') return view.getBigInt64(0, true);
  if (is === 'u64') return view.getBigUint64(0, true);
  return primitive(is, unsigned(view));
}

function primitive(is: Primitive, value: CoreValue): unknown {
  const number = value as number;
  switch (is) {
    case 'bool':
      return number !== 0;
    case 's8':
      return (number << 24) >> 24;
    case 'u8':
      return number & 0xff;
    case 's16':
      return (number << 16) >> 16;
    case 'u16':
      return number & 0xffff;
    case 's32':
      return number | 0;
    case 'u32':
      return number >>> 0;
    case 's64':
      return BigInt.asIntN(64, value as bigint);
    case 'u64':
      return BigInt.asUintN(64, value as bigint);
    case 'char':
      return character(number >>> 0);
    default:
      return value;
  }
}

function character(code: number): string {
  if (code >= 0x11_0000 || (code >= 0xd800 && code <= 0xdfff)) trap(`${code} is no character`);
  return String.fromCodePoint(code);
}
