/** Tells what happens, as it happens, with the seconds since the beginning. */
export interface Narrator {
  say(sentence: string): void;
  chapter(title: string): void;
}

export function createNarrator(out: NodeJS.WritableStream): Narrator {
  const startedAt = performance.now();
  const stamp = () => `${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s`;
  return {
    say: (sentence) => void out.write(`${stamp()}  ${sentence}\n`),
    chapter: (title) => void out.write(`\n${stamp()}  ── ${title}\n`),
  };
}
