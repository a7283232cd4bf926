/** Wasm binaries by hand: what no compiler makes. */
export function wasm(...sections: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00].concat(...sections.map((each) => [...each])));
}

export function section(id: number, content: readonly number[]): readonly number[] {
  return [id, ...leb(content.length)].concat(content);
}

/** A body: groups of locals as raw bytes, instructions, `end`. */
export function code(instructions: readonly number[], locals: readonly (readonly number[])[] = []): readonly number[] {
  const content = [...leb(locals.length), ...locals.flat()].concat(instructions, [0x0b]);
  return leb(content.length).concat(content);
}

/** Functions without parameters and results, and a memory. */
export function module(bodies: readonly (readonly number[])[]): Uint8Array {
  return wasm(
    section(1, [1, 0x60, 0, 0]),
    section(3, leb(bodies.length).concat(new Array<number>(bodies.length).fill(0))),
    section(5, [1, 0x01, 1, 1]),
    section(7, [1, 6, ...Buffer.from('memory'), 2, 0]),
    section(10, leb(bodies.length).concat(bodies.flat())),
  );
}

function leb(value: number): number[] {
  const out: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...out, rest];
    out.push((rest % 128) + 128);
  }
}
