import type { Page } from 'playwright-core';

/**
 * What a page must have so that everybody can use it: names for controls and pictures, one main heading, a language, unique
 * ids, and text that reaches 4.5:1 on its ground (WCAG 2.2, 1.4.3). Runs in the page; returns what is missing, in words.
 */
export function findBarriers(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const LEAST_CONTRAST = 4.5;
    const barriers: string[] = [];
    const nameOf = (element: Element) =>
      `${element.tagName.toLowerCase()}.${element.className} "${element.textContent?.slice(0, 40)}"`;
    const isShown = (element: Element) => element.checkVisibility() && element.getClientRects().length > 0;

    if (!document.documentElement.lang) barriers.push('the document names no language');
    if (document.querySelectorAll('h1').length !== 1) barriers.push('not exactly one h1');
    if (document.querySelectorAll('main').length !== 1) barriers.push('not exactly one main');
    const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
    for (const id of new Set(ids))
      if (ids.filter((each) => each === id).length > 1) barriers.push(`id ${id} is not unique`);
    for (const control of document.querySelectorAll<HTMLInputElement>('input, select, textarea'))
      if (isShown(control) && !control.labels?.length && !control.ariaLabel)
        barriers.push(`${nameOf(control)} has no label`);
    for (const button of document.querySelectorAll('button, a'))
      if (isShown(button) && !button.textContent?.trim() && !button.ariaLabel)
        barriers.push(`${nameOf(button)} has no name`);
    for (const image of document.querySelectorAll('img'))
      if (!image.hasAttribute('alt')) barriers.push('a picture has no alt');

    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const rgbaOf = (color: string): number[] => {
      if (!canvas) return [0, 0, 0, 0];
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const lightness = (rgb: readonly number[]) => {
      const [r = 0, g = 0, b = 0] = rgb.map((part) => {
        const share = part / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const groundOf = (element: Element | null): number[] => {
      for (let at = element; at; at = at.parentElement) {
        const ground = rgbaOf(getComputedStyle(at).backgroundColor);
        if ((ground[3] ?? 0) > 200) return ground;
      }
      return [255, 255, 255];
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (
        !element ||
        !node.textContent?.trim() ||
        !isShown(element) ||
        element.closest(':disabled, .hidden, .skip, .u-wrap')
      )
        continue;
      const [light = 0, dark = 0] = [
        lightness(rgbaOf(getComputedStyle(element).color)),
        lightness(groundOf(element)),
      ].sort((a, b) => b - a);
      const contrast = (light + 0.05) / (dark + 0.05);
      if (contrast < LEAST_CONTRAST) barriers.push(`${nameOf(element)} has a contrast of ${contrast.toFixed(2)}`);
    }
    return [...new Set(barriers)];
  });
}
