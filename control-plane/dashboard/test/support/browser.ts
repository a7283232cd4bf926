import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const CHROMIUM = process.env.WHERRY_CHROMIUM ?? '/usr/bin/chromium';
const PICTURES = fileURLToPath(new URL('../../../../test-output/dashboard/', import.meta.url));
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const WIDE = { width: 1280, height: 860 } as const;
export const PHONE = { width: 390, height: 844 } as const;

/** A browser with an empty profile of its own. What its pages complain about is kept. */
export interface Browser {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Console errors, uncaught exceptions and requests that left the page's own origin. */
  readonly complaints: string[];
  /** The whole page, or what the window shows of it. */
  picture(name: string, extent?: 'page' | 'window'): Promise<void>;
  close(): Promise<void>;
}

export async function openBrowser(origin: string, options: BrowserContextOptions = {}): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'wherry-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    args: FLAGS,
    baseURL: origin,
    viewport: WIDE,
    colorScheme: 'light',
    ...options,
  });
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) complaints.push(`asked ${request.url()}`);
  });
  return {
    page,
    context,
    complaints,
    async picture(name, extent = 'page') {
      await mkdir(PICTURES, { recursive: true });
      await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: extent === 'page' });
    },
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** Forgets complaints that a test provoked on purpose, and no others. */
export function forgive({ complaints }: Browser, provoked: RegExp): void {
  const others = complaints.filter((text) => !provoked.test(text));
  complaints.splice(0, complaints.length, ...others);
}

export async function signIn(browser: Browser, token: string): Promise<void> {
  const { page } = browser;
  await page.goto('/');
  await page.getByLabel('Operator token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Fleet' }).waitFor();
  // Nobody is signed in at first, which the browser notes by itself.
  forgive(browser, /status of 401/);
}

/** How far the page is wider than its window, in px. */
export function overflowPx(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}
