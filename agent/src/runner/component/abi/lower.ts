import { type CoreType, type Primitive, tagBytesOf } from '@wherry/protocol/admission';
import { allocate, bytesAt, type CallContext, typeOf, viewAt } from './context.ts';
import { type CaseType, casesOf, fieldPlaces, payloadOffset } from './lift.ts';
import { type CoreValue, widen } from './reinterpret.ts';
import { trap } from './trap.ts';
import type { Case } from './values.ts';

/** From the host, or another component, into a guest (CanonicalABI.md, "Storing", "Flat Lowering"). */
const encoder = new TextEncoder();

export function lowerFlat(context: CallContext, type: number, value: unknown, out: CoreValue[]): void {
  const { shape, flat } = typeOf(context, type);
  switch (shape.is) {
    case 'record':
      for (const { label, type: field } of shape.fields) lowerFlat(context, field, property(value, label), out);
      return;
    case 'tuple':
      for (const [i, item] of shape.items.entries()) lowerFlat(context, item, (value as unknown[])[i], out);
      return;
    case 'string':
    case 'list':
      out.push(...sequence(context, shape, value));
      return;
    case 'enum':
      out.push(labelIndex(shape.labels, value as string));
      return;
    case 'own':
    case 'borrow':
      out.push(handle(context, shape, value));
      return;
    case 'variant':
    case 'option':
    case 'result': {
      const cases = casesOf(shape);
      const index = caseIndex(cases, value as Case);
      out.push(index);
      const shared = (flat as readonly CoreType[]).slice(1);
      const chosen = cases[index]?.type ?? null;
      const payload: CoreValue[] = [];
      if (chosen !== null) lowerFlat(context, chosen, (value as Case).value, payload);
      const own = chosen === null ? [] : (typeOf(context, chosen).flat as readonly CoreType[]);
      for (const [i, held] of shared.entries()) {
        const from = own[i];
        out.push(from === undefined ? zero(held) : widen(payload[i] as CoreValue, from, held));
      }
      return;
    }
    default:
      out.push(coreOf(shape.is === 'flags' ? 'u32' : shape.is, value));
  }
}

export function lowerToMemory(context: CallContext, type: number, value: unknown, pointer: number): void {
  const { shape, sizeBytes } = typeOf(context, type);
  switch (shape.is) {
    case 'record': {
      const at = fieldPlaces(
        context,
        shape.fields.map((field) => field.type),
        pointer,
      );
      for (const { label, type: field } of shape.fields) lowerToMemory(context, field, property(value, label), at());
      return;
    }
    case 'tuple': {
      const at = fieldPlaces(context, shape.items, pointer);
      for (const [i, item] of shape.items.entries()) lowerToMemory(context, item, (value as unknown[])[i], at());
      return;
    }
    case 'string':
    case 'list': {
      // First the content: making room for it may move nothing, but may grow the memory and end the view.
      const [at, length] = sequence(context, shape, value);
      const view = viewAt(context, pointer, 8);
      view.setUint32(0, at, true);
      view.setUint32(4, length, true);
      return;
    }
    case 'enum':
      store(viewAt(context, pointer, sizeBytes), labelIndex(shape.labels, value as string));
      return;
    case 'own':
    case 'borrow':
      store(viewAt(context, pointer, 4), handle(context, shape, value));
      return;
    case 'variant':
    case 'option':
    case 'result': {
      const cases = casesOf(shape);
      const index = caseIndex(cases, value as Case);
      store(viewAt(context, pointer, tagBytesOf(cases.length)), index);
      const chosen = cases[index]?.type ?? null;
      if (chosen !== null)
        lowerToMemory(context, chosen, (value as Case).value, pointer + payloadOffset(context, cases));
      return;
    }
    default:
      toView(shape.is, viewAt(context, pointer, sizeBytes), value);
  }
}

function sequence(
  context: CallContext,
  shape: { readonly is: 'string' } | { readonly is: 'list'; readonly item: number },
  value: unknown,
): [pointer: number, length: number] {
  if (shape.is === 'string') return copied(context, encoder.encode(value as string));
  if (value instanceof Uint8Array) return copied(context, value);
  const items = value as readonly unknown[];
  const { sizeBytes, alignBytes } = typeOf(context, shape.item);
  const pointer = allocate(context, alignBytes, items.length * sizeBytes);
  for (const [i, item] of items.entries()) lowerToMemory(context, shape.item, item, pointer + i * sizeBytes);
  return [pointer, items.length];
}

function copied(context: CallContext, bytes: Uint8Array): [pointer: number, length: number] {
  const pointer = allocate(context, 1, bytes.length);
  bytesAt(context, pointer, bytes.length).set(bytes);
  return [pointer, bytes.length];
}

function handle(
  { instance, resources, scope }: CallContext,
  { is, resource }: { readonly is: 'own' | 'borrow'; readonly resource: number },
  represents: unknown,
): number {
  if (is === 'own') return instance.handles.add({ resource, represents, isOwn: true, lends: 0, scope: null });
  const plan = resources[resource];
  // Who defined a resource gets what it stands for, and no handle of its own making.
  if (plan?.of === 'component' && plan.instance === instance.index) return represents as number;
  if (scope === null) trap('a borrowed handle outside a call');
  scope.borrows += 1;
  return instance.handles.add({ resource, represents, isOwn: false, lends: 0, scope });
}

function caseIndex(cases: readonly CaseType[], { tag }: Case): number {
  return labelIndex(
    cases.map(({ label }) => label),
    tag,
  );
}

function labelIndex(labels: readonly string[], label: string): number {
  const index = labels.indexOf(label);
  if (index < 0) throw new Error(`the host answers with a case that does not exist: ${label}`);
  return index;
}

function property(value: unknown, label: string): unknown {
  return (value as Readonly<Record<string, unknown>>)[label];
}

function zero(type: CoreType): CoreValue {
  return type === 'i64' ? 0n : 0;
}

function coreOf(is: Primitive, value: unknown): CoreValue {
  if (is === 'bool') return value === true ? 1 : 0;
  if (is === 'char') return (value as string).codePointAt(0) as number;
  if (is === 's64' || is === 'u64') return BigInt.asIntN(64, value as bigint);
  return is === 'f32' || is === 'f64' ? (value as number) : (value as number) | 0;
}

function toView(is: Primitive | 'flags', view: DataView, value: unknown): void {
  if (is === 'f32') view.setFloat32(0, value as number, true);
  else if (is === 'f64') view.setFloat64(0, value as number, true);
  else if (is === 's64' || is === 'u64') view.setBigUint64(0, BigInt.asUintN(64, value as bigint), true);
  else store(view, coreOf(is === 'flags' ? 'u32' : is, value) as number);
}

function store(view: DataView, value: number): void {
  if (view.byteLength === 1) view.setUint8(0, value);
  else if (view.byteLength === 2) view.setUint16(0, value, true);
  else view.setUint32(0, value, true);
}
