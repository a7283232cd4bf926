/** Lets everything else that waits go on: between the pieces of work over a whole fleet. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
