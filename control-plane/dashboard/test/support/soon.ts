import type { Locator } from 'playwright-core';
import { expect } from 'vitest';

/** `expect` about something that becomes true by itself: asked again until it holds. */
export function soon<T>(ask: () => T | Promise<T>) {
  return expect.poll(ask);
}

/** What a person reads there now, on one line; empty when it is not there. */
export function textOf(locator: Locator): () => Promise<string> {
  return async () => (await locator.allInnerTexts()).join(' ').replaceAll(/\s+/g, ' ');
}
