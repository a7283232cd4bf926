import { encodeU32 } from '../admission/rewrite.ts';
import { section, text, vector } from './wasm-builder.ts';

/**
 * Component binaries by hand, for tests: each definition is a section, and answers its index in its own index space. Types are given
 * as bytes (component model, Binary.md), so that they can also be wrong.
 */
export const PREAMBLE: readonly number[] = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];

export type Bytes = readonly number[];
type CoreSort = 'func' | 'table' | 'memory' | 'global';
const CORE_SORT: Readonly<Record<CoreSort, number>> = { func: 0, table: 1, memory: 2, global: 3 };
const SORT = { func: 1, type: 3, component: 4, instance: 5 } as const;
type Sort = keyof typeof SORT;

export const U8 = [0x7d];
export const U32 = [0x79];
export const U64 = [0x77];
export const STRING = [0x73];
const labelled = (items: readonly (readonly [string, Bytes])[]) =>
  vector(...items.map(([label, type]) => [...text(label), ...type]));
const maybe = (type: Bytes | null) => (type === null ? [0] : [1, ...type]);

export const listOf = (item: Bytes): number[] => [0x70, ...item];
export const resultOf = (ok: Bytes | null, err: Bytes | null): number[] => [0x6a, ...maybe(ok), ...maybe(err)];
export const ownOf = (resource: number): number[] => [0x69, ...encodeU32(resource)];
export const borrowOf = (resource: number): number[] => [0x68, ...encodeU32(resource)];
export const recordOf = (...fields: readonly (readonly [string, Bytes])[]): number[] => [0x72, ...labelled(fields)];
export const variantOf = (...cases: readonly (readonly [string, Bytes | null])[]): number[] => [
  0x71,
  ...vector(...cases.map(([label, type]) => [...text(label), ...maybe(type), 0])),
];
export const funcOf = (params: readonly (readonly [string, Bytes])[], result: Bytes | null): number[] => [
  0x40,
  ...labelled(params),
  ...(result === null ? [1, 0] : [0, ...result]),
];
export const RESOURCE = [0x3f, 0x7f, 0];

export interface Options {
  readonly memory?: number;
  readonly realloc?: number;
  readonly postReturn?: number;
  readonly encoding?: number;
}

const optionsOf = ({ memory, realloc, postReturn, encoding }: Options): number[] =>
  vector(
    ...(encoding === undefined ? [] : [[encoding]]),
    ...(memory === undefined ? [] : [[3, ...encodeU32(memory)]]),
    ...(realloc === undefined ? [] : [[4, ...encodeU32(realloc)]]),
    ...(postReturn === undefined ? [] : [[5, ...encodeU32(postReturn)]]),
  );

/** What is declared inside the type of an instance. */
export class InstanceTypeBuilder {
  readonly #declarations: Bytes[] = [];
  #types = 0;

  type(bytes: Bytes): number {
    this.#declarations.push([1, ...bytes]);
    return this.#types++;
  }

  /** A type of the component around, by its index there. */
  outer(type: number): number {
    this.#declarations.push([2, SORT.type, 2, ...encodeU32(1), ...encodeU32(type)]);
    return this.#types++;
  }

  resource(name: string): number {
    this.#declarations.push([4, 0, ...text(name), 3, 1]);
    return this.#types++;
  }

  exportType(name: string, type: number): number {
    this.#declarations.push([4, 0, ...text(name), 3, 0, ...encodeU32(type)]);
    return this.#types++;
  }

  func(name: string, params: readonly (readonly [string, Bytes])[], result: Bytes | null): this {
    const type = this.type(funcOf(params, result));
    this.#declarations.push([4, 0, ...text(name), 1, ...encodeU32(type)]);
    return this;
  }

  bytes(): number[] {
    return [0x42, ...vector(...this.#declarations)];
  }
}

export class ComponentBuilder {
  readonly #sections: Bytes[] = [];
  readonly #counts: Record<string, number> = {};

  build(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from([...PREAMBLE, ...this.#sections.flat()]);
  }

  /** Any section, as it is. */
  raw(id: number, ...content: readonly Bytes[]): this {
    this.#sections.push(section(id, ...content));
    return this;
  }

  coreModule(bytes: Iterable<number>): number {
    return this.#add('core module', 1, [...bytes]);
  }

  component(bytes: Iterable<number>): number {
    return this.#add('component', 4, [...bytes]);
  }

  type(bytes: Bytes): number {
    return this.#one('type', 7, bytes);
  }

  importInstance(name: string, declare: (type: InstanceTypeBuilder) => void): number {
    const builder = new InstanceTypeBuilder();
    declare(builder);
    const type = this.type(builder.bytes());
    return this.#one('instance', 10, [0, ...text(name), 5, ...encodeU32(type)]);
  }

  importFunc(name: string, type: number): number {
    return this.#one('func', 10, [0, ...text(name), 1, ...encodeU32(type)]);
  }

  importResource(name: string): number {
    return this.#one('type', 10, [0, ...text(name), 3, 1]);
  }

  alias(sort: Sort, instance: number, name: string): number {
    return this.#one(sort, 6, [SORT[sort], 0, ...encodeU32(instance), ...text(name)]);
  }

  aliasOuter(sort: Sort, outward: number, index: number): number {
    return this.#one(sort, 6, [SORT[sort], 2, ...encodeU32(outward), ...encodeU32(index)]);
  }

  aliasCore(sort: CoreSort, instance: number, name: string): number {
    return this.#one(`core ${sort}`, 6, [0, CORE_SORT[sort], 1, ...encodeU32(instance), ...text(name)]);
  }

  coreInstance(module: number, args: Readonly<Record<string, number>> = {}): number {
    const given = Object.entries(args).map(([name, instance]) => [...text(name), 0x12, ...encodeU32(instance)]);
    return this.#one('core instance', 2, [0, ...encodeU32(module), ...vector(...given)]);
  }

  coreExports(exports: Readonly<Record<string, readonly [CoreSort, number]>>): number {
    const items = Object.entries(exports).map(([name, [sort, index]]) => [
      ...text(name),
      CORE_SORT[sort],
      ...encodeU32(index),
    ]);
    return this.#one('core instance', 2, [1, ...vector(...items)]);
  }

  instance(component: number, args: Readonly<Record<string, readonly [Sort, number]>> = {}): number {
    const given = Object.entries(args).map(([name, [sort, index]]) => [...text(name), SORT[sort], ...encodeU32(index)]);
    return this.#one('instance', 5, [0, ...encodeU32(component), ...vector(...given)]);
  }

  exports(exports: Readonly<Record<string, readonly [Sort, number]>>): number {
    const items = Object.entries(exports).map(([name, [sort, index]]) => [
      0,
      ...text(name),
      SORT[sort],
      ...encodeU32(index),
    ]);
    return this.#one('instance', 5, [1, ...vector(...items)]);
  }

  lower(func: number, options: Options = {}): number {
    return this.#one('core func', 8, [1, 0, ...encodeU32(func), ...optionsOf(options)]);
  }

  lift(coreFunc: number, type: number, options: Options = {}): number {
    return this.#one('func', 8, [0, 0, ...encodeU32(coreFunc), ...optionsOf(options), ...encodeU32(type)]);
  }

  resource(builtIn: 'new' | 'drop' | 'rep', type: number): number {
    return this.#one('core func', 8, [{ new: 2, drop: 3, rep: 4 }[builtIn], ...encodeU32(type)]);
  }

  export(name: string, sort: Sort, index: number): number {
    return this.#one(sort, 11, [0, ...text(name), SORT[sort], ...encodeU32(index), 0]);
  }

  #one(space: string, id: number, definition: Bytes): number {
    return this.#add(space, id, [1, ...definition]);
  }

  #add(space: string, id: number, content: Bytes): number {
    this.#sections.push(section(id, content));
    const index = this.#counts[space] ?? 0;
    this.#counts[space] = index + 1;
    return index;
  }
}
