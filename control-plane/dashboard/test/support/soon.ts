import type { Locator } from 'playwright-core';
import { expect } from 'vitest';

export const SOON_MS = 60_000;

/** `expect` about something that becomes true by itself: asked again until it holds. */
export function soon<T>(ask: () => T | Promise<T>, withinMs: number = SOON_MS) {
  return expect.poll(ask, { timeout: withinMs, interval: 20 });
}

/** What a person reads there now, on one line; empty when it is not there. */
export function textOf(locator: Locator): () => Promise<string> {
  return async () => (await locator.allInnerTexts()).join(' ').replaceAll(/\s+/g, ' ');
}
