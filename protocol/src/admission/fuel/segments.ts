import { type ByteReader, ModuleRefusal } from '../byte-reader.ts';
import { OP, skipImmediates, skipNumber } from './instructions.ts';

/**
 * Where a function is charged, and for how much. A segment is code that is entered at its beginning only: it begins with the function,
 * after `loop`, `if` and `else`, and behind the end of whatever can be branched to. All of it is charged when it is entered, also
 * what a `br_if` in it may skip: never less than is executed, and the same everywhere. Loops and functions are checked when entered.
 */
export type Mark =
  | { readonly kind: 'charge'; readonly at: number; cost: number; readonly isChecked: boolean }
  /** The count goes into the global before control leaves the function, and comes back with it. */
  | { readonly kind: 'store' | 'load'; readonly at: number }
  /** Before an instruction that works on as many bytes or elements as the stack's top says. */
  | { readonly kind: 'length'; readonly at: number };

export interface FunctionMarks {
  readonly marks: readonly Mark[];
  readonly hasLoop: boolean;
  readonly hasLength: boolean;
}

export interface Names {
  readonly locals: number;
  readonly globals: number;
}

interface Frame {
  readonly opens: 'function' | 'block' | 'loop' | 'if';
  isTarget: boolean;
}

/** Reads the instructions of one function. Throws ModuleRefusal. */
export function markFunction(code: ByteReader, names: Names): FunctionMarks {
  const walk = new Walk(code, names);
  walk.run();
  return walk;
}

class Walk implements FunctionMarks {
  readonly marks: Mark[] = [];
  hasLoop = false;
  hasLength = false;
  readonly #code: ByteReader;
  readonly #names: Names;
  readonly #frames: Frame[] = [{ opens: 'function', isTarget: false }];
  /** Null behind what never goes on. */
  #segment: Extract<Mark, { kind: 'charge' }> | null = null;

  constructor(code: ByteReader, names: Names) {
    this.#code = code;
    this.#names = names;
  }

  run(): void {
    this.#begin(true);
    while (this.#frames.length > 0) this.#step();
    this.#code.expectEnd('a function');
  }

  #begin(isChecked: boolean): void {
    this.#segment = { kind: 'charge', at: this.#code.at, cost: isChecked ? 1 : 0, isChecked };
    this.marks.push(this.#segment);
  }

  #step(): void {
    const at = this.#code.at;
    const op = this.#code.byte();
    if (op === OP.nop) return;
    if (op === OP.end) return void this.#end(at);
    if (op === OP.else) return void this.#begin(false);
    if (op === OP.block || op === OP.loop || op === OP.if) return void this.#open(op);
    if (this.#segment !== null) this.#segment.cost += 1;
    switch (op) {
      case OP.br:
      case OP.brIf:
        this.#branch(at, [this.#code.u32()]);
        if (op === OP.br) this.#segment = null;
        return;
      case OP.brTable:
        this.#branch(at, this.#table());
        this.#segment = null;
        return;
      case OP.return:
        this.marks.push({ kind: 'store', at });
        this.#segment = null;
        return;
      case OP.unreachable:
        this.#segment = null;
        return;
      case OP.call:
      case OP.callIndirect:
      case OP.returnCall:
      case OP.returnCallIndirect:
        return void this.#call(at, op);
      case OP.localGet:
      case OP.localSet:
      case OP.localTee:
        return void this.#expectName('local', this.#names.locals);
      case OP.globalGet:
      case OP.globalSet:
        return void this.#expectName('global', this.#names.globals);
    }
    if (!skipImmediates(op, this.#code)) return;
    this.hasLength = true;
    this.marks.push({ kind: 'length', at });
  }

  #open(op: number): void {
    skipNumber(this.#code);
    const opens = op === OP.loop ? 'loop' : op === OP.if ? 'if' : 'block';
    if (opens === 'if' && this.#segment !== null) this.#segment.cost += 1;
    this.#frames.push({ opens, isTarget: false });
    if (opens === 'block') return;
    this.hasLoop ||= opens === 'loop';
    this.#begin(opens === 'loop');
  }

  #end(at: number): void {
    const frame = this.#frames.pop() as Frame;
    if (frame.opens === 'function') this.marks.push({ kind: 'store', at });
    else if (frame.opens !== 'block' || frame.isTarget || this.#segment === null) this.#begin(false);
  }

  #call(at: number, op: number): void {
    this.#code.u32();
    if (op === OP.callIndirect || op === OP.returnCallIndirect) this.#code.u32();
    this.marks.push({ kind: 'store', at });
    if (op === OP.call || op === OP.callIndirect) this.marks.push({ kind: 'load', at: this.#code.at });
    else this.#segment = null;
  }

  #branch(at: number, depths: readonly number[]): void {
    for (const depth of depths) {
      const frame = this.#frames[this.#frames.length - 1 - depth];
      if (frame === undefined) throw new ModuleRefusal('module_malformed', `a branch at byte ${at} leads nowhere`);
      frame.isTarget = true;
    }
    if (depths.some((depth) => depth === this.#frames.length - 1)) this.marks.push({ kind: 'store', at });
  }

  #table(): number[] {
    const depths: number[] = [];
    for (let left = this.#code.count('branches of one table', this.#code.left) + 1; left > 0; left--)
      depths.push(this.#code.u32());
    return depths;
  }

  /** The counter is the first name behind the module's own: code that names it is as invalid as it was before. */
  #expectName(what: 'local' | 'global', count: number): void {
    const index = this.#code.u32();
    if (index >= count)
      throw new ModuleRefusal('module_malformed', `${what} ${index} does not exist, at byte ${this.#code.at}`);
  }
}
