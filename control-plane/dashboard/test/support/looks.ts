import { expect } from 'vitest';
import { findBarriers } from './accessibility.ts';
import { type Browser, overflowPx, PHONE, WIDE } from './browser.ts';
import { soon } from './soon.ts';

/** Each page is without barriers in both schemes, and a phone shows it without moving sideways; leaves pictures of the latter. */
export async function expectGoodLooks({ page, picture }: Browser, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await page.goto(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await soon(() => page.getByText('Loading…').count()).toBe(0);
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      expect({ path, colorScheme, barriers: await findBarriers(page) }).toEqual({ path, colorScheme, barriers: [] });
    }
    await page.setViewportSize(PHONE);
    expect({ path, overflowPx: await overflowPx(page) }).toEqual({ path, overflowPx: 0 });
    await picture(`phone${path.replaceAll('/', '-')}`);
    await page.setViewportSize(WIDE);
  }
}
