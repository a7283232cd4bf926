import type { LogLine } from '@wherry/protocol';

/** The last lines of one app, bounded by count and by bytes. Each line keeps a number, so that none is forwarded twice. */
export interface NumberedLine {
  readonly number: number;
  readonly line: LogLine;
}

export interface Ring {
  add(line: LogLine): NumberedLine;
  /** Lines with a number above `after`, oldest first, the last `count` of them. */
  last(count: number, after?: number): NumberedLine[];
}

export function createRing(maxLines: number, maxBytes: number): Ring {
  let kept: NumberedLine[] = [];
  let bytes = 0;
  let number = 0;
  return {
    add(line) {
      number += 1;
      const added = { number, line };
      kept.push(added);
      bytes += lineBytes(line);
      let gone = 0;
      while (kept.length - gone > maxLines || (bytes > maxBytes && kept.length - gone > 1)) {
        bytes -= lineBytes((kept[gone] as NumberedLine).line);
        gone += 1;
      }
      if (gone > 0) kept = kept.slice(gone);
      return added;
    },
    last: (count, after = 0) => kept.filter((one) => one.number > after).slice(-count),
  };
}

export function lineBytes(line: LogLine): number {
  return Buffer.byteLength(line.text) + 96;
}
