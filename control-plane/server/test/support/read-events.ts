/** Reads server-sent events off an answer. */
export interface EventReader {
  /** The next event of a type; heartbeats and other types are passed over. */
  next(type: string): Promise<unknown>;
  seen(): readonly string[];
  close(): Promise<void>;
}

export function readEvents(answer: Response): EventReader {
  if (!answer.body) throw new Error('the answer has no body');
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  const seen: string[] = [];
  let held = '';
  return {
    async next(type) {
      for (;;) {
        const end = held.indexOf('\n\n');
        if (end < 0) {
          const { value, done } = await reader.read();
          if (done) throw new Error(`the stream ended before an event ${type}`);
          held += value;
          continue;
        }
        const block = held.slice(0, end);
        held = held.slice(end + 2);
        const found = block.match(/^event: (\w+)\ndata: (.*)$/);
        if (!found) continue;
        seen.push(found[1] ?? '');
        if (found[1] === type) return JSON.parse(found[2] ?? 'null');
      }
    },
    seen: () => seen,
    close: () => reader.cancel(),
  };
}
