import { ModuleRefusal } from '../admission/byte-reader.ts';
import { COMPONENT_BOUNDS as BOUNDS } from './bounds.ts';
import { PRIMITIVES, type Primitive, type ValueShape } from './definitions.ts';
import { malformed } from './read-parts.ts';

/**
 * Resolved types. Every structurally different type is in the table once, so that two types are equal when their numbers are, however
 * deep they are; sizes and flat forms are computed when a type enters, from parts that have theirs.
 */
export type CoreType = 'i32' | 'i64' | 'f32' | 'f64';

export interface ValueType {
  readonly shape: ValueShape<number>;
  /** In memory, bytes (CanonicalABI.md, "element size", "alignment"). */
  readonly sizeBytes: number;
  readonly alignBytes: number;
  /** As core values ("flattening"); null when there are too many to be passed as values. */
  readonly flat: readonly CoreType[] | null;
  /** A borrow somewhere inside: not allowed in results. */
  readonly hasBorrow: boolean;
}

export interface FuncType {
  readonly params: readonly number[];
  readonly result: number | null;
}

/** Most core values in which a list of values is passed before it goes through memory. */
export const FLAT_PARAMS_MAX = 16;
export const FLAT_RESULTS_MAX = 1;

const PRIMITIVE_LAYOUT: Readonly<
  Record<Primitive, readonly [sizeBytes: number, alignBytes: number, ...flat: CoreType[]]>
> = {
  bool: [1, 1, 'i32'],
  s8: [1, 1, 'i32'],
  u8: [1, 1, 'i32'],
  s16: [2, 2, 'i32'],
  u16: [2, 2, 'i32'],
  s32: [4, 4, 'i32'],
  u32: [4, 4, 'i32'],
  s64: [8, 8, 'i64'],
  u64: [8, 8, 'i64'],
  f32: [4, 4, 'f32'],
  f64: [8, 8, 'f64'],
  char: [4, 4, 'i32'],
  string: [8, 4, 'i32', 'i32'],
};
const LABEL = /^[a-zA-Z][a-zA-Z0-9]*(-[a-zA-Z0-9]+)*$/;

export class TypeTable {
  readonly all: ValueType[] = [];
  readonly #numbers = new Map<string, number>();

  constructor() {
    for (const name of Object.values(PRIMITIVES)) this.add({ is: name });
  }

  get(number: number): ValueType {
    return this.all[number] as ValueType;
  }

  primitive(name: Primitive): number {
    return this.#numbers.get(JSON.stringify({ is: name })) as number;
  }

  /** The number of a type whose parts are in the table. */
  add(shape: ValueShape<number>): number {
    const key = JSON.stringify(shape);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    if (this.all.length >= BOUNDS.types)
      throw new ModuleRefusal('module_too_large', `the component has more than ${BOUNDS.types} different types`);
    const type = this.#layOut(shape);
    if (type.sizeBytes > BOUNDS.valueBytes)
      throw new ModuleRefusal(
        'module_too_large',
        `a value of ${type.sizeBytes} bytes; the most is ${BOUNDS.valueBytes}`,
      );
    this.#numbers.set(key, this.all.length);
    return this.all.push(type) - 1;
  }

  flatten(types: readonly number[]): CoreType[] | null {
    return flattenAll(this.all, types);
  }

  #layOut(shape: ValueShape<number>): ValueType {
    switch (shape.is) {
      case 'record':
        expectLabels(shape.fields.map(({ label }) => label));
        return this.#sequence(
          shape,
          shape.fields.map(({ type }) => type),
        );
      case 'tuple':
        return this.#sequence(shape, shape.items);
      case 'variant':
        expectLabels(shape.cases.map(({ label }) => label));
        return this.#choice(
          shape,
          shape.cases.map(({ type }) => type),
        );
      case 'enum':
        expectLabels(shape.labels);
        return this.#choice(
          shape,
          shape.labels.map(() => null),
        );
      case 'option':
        return this.#choice(shape, [null, shape.item]);
      case 'result':
        return this.#choice(shape, [shape.ok, shape.err]);
      case 'flags': {
        expectLabels(shape.labels);
        if (shape.labels.length > BOUNDS.flags)
          throw malformed(`flags have ${shape.labels.length} labels; the most is ${BOUNDS.flags}`);
        const sizeBytes = shape.labels.length <= 8 ? 1 : shape.labels.length <= 16 ? 2 : 4;
        return { shape, sizeBytes, alignBytes: sizeBytes, flat: ['i32'], hasBorrow: false };
      }
      case 'list':
        return { shape, sizeBytes: 8, alignBytes: 4, flat: ['i32', 'i32'], hasBorrow: this.get(shape.item).hasBorrow };
      case 'own':
      case 'borrow':
        return { shape, sizeBytes: 4, alignBytes: 4, flat: ['i32'], hasBorrow: shape.is === 'borrow' };
      default: {
        const [sizeBytes, alignBytes, ...flat] = PRIMITIVE_LAYOUT[shape.is];
        return { shape, sizeBytes, alignBytes, flat, hasBorrow: false };
      }
    }
  }

  #sequence(shape: ValueShape<number>, parts: readonly number[]): ValueType {
    if (parts.length === 0) throw malformed('a record or tuple without parts');
    const { sizeBytes, alignBytes } = sequenceLayout(this.all, parts);
    return {
      shape,
      sizeBytes,
      alignBytes,
      flat: this.flatten(parts),
      hasBorrow: parts.some((p) => this.get(p).hasBorrow),
    };
  }

  #choice(shape: ValueShape<number>, cases: readonly (number | null)[]): ValueType {
    const payloads = cases.flatMap((part) => (part === null ? [] : [this.get(part)]));
    const tagBytes = tagBytesOf(cases.length);
    const payloadAlign = Math.max(1, ...payloads.map((type) => type.alignBytes));
    const alignBytes = Math.max(tagBytes, payloadAlign);
    const payloadBytes = Math.max(0, ...payloads.map((type) => type.sizeBytes));
    return {
      shape,
      sizeBytes: alignTo(alignTo(tagBytes, payloadAlign) + payloadBytes, alignBytes),
      alignBytes,
      flat: joinAll(payloads),
      hasBorrow: payloads.some((type) => type.hasBorrow),
    };
  }
}

/** The core values of several values in a row, or null when that is too many. */
export function flattenAll(all: readonly ValueType[], types: readonly number[]): CoreType[] | null {
  const flat: CoreType[] = [];
  for (const type of types) {
    const part = (all[type] as ValueType).flat;
    if (part === null || flat.length + part.length > BOUNDS.flatValues) return null;
    flat.push(...part);
  }
  return flat;
}

/** Several values in a row in memory, as the fields of a record are. */
export function sequenceLayout(
  all: readonly ValueType[],
  parts: readonly number[],
): { readonly sizeBytes: number; readonly alignBytes: number } {
  let [sizeBytes, alignBytes] = [0, 1];
  for (const part of parts) {
    const type = all[part] as ValueType;
    alignBytes = Math.max(alignBytes, type.alignBytes);
    sizeBytes = alignTo(sizeBytes, type.alignBytes) + type.sizeBytes;
  }
  return { sizeBytes: alignTo(sizeBytes, alignBytes), alignBytes };
}

export function alignTo(bytes: number, alignBytes: number): number {
  return Math.ceil(bytes / alignBytes) * alignBytes;
}

/** Size of the number that says which case a variant is. */
export function tagBytesOf(cases: number): number {
  if (cases === 0) throw malformed('a variant without cases');
  return cases <= 256 ? 1 : cases <= 65_536 ? 2 : 4;
}

/** Cases share their core values: each takes the narrowest type that holds all of them. */
function joinAll(payloads: readonly ValueType[]): CoreType[] | null {
  const flat: CoreType[] = ['i32'];
  for (const { flat: part } of payloads) {
    if (part === null) return null;
    for (const [i, type] of part.entries()) flat[i + 1] = join(flat[i + 1] ?? type, type);
  }
  return flat.length > BOUNDS.flatValues ? null : flat;
}

export function join(a: CoreType, b: CoreType): CoreType {
  if (a === b) return a;
  return (a === 'i32' && b === 'f32') || (a === 'f32' && b === 'i32') ? 'i32' : 'i64';
}

/** Labels become names of properties: they are what the component model allows, each once. */
function expectLabels(labels: readonly string[]): void {
  if (labels.length === 0) throw malformed('a type without labels');
  const seen = new Set<string>();
  for (const label of labels) {
    if (!LABEL.test(label) || seen.has(label.toLowerCase()))
      throw malformed(`the label ${JSON.stringify(label.slice(0, 64))} is there twice, or no label`);
    seen.add(label.toLowerCase());
  }
}
