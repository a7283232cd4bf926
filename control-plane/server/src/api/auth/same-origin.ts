/**
 * Cross-site request forgery: a request that changes something and is carried by a cookie must come from a page of this origin.
 * Browsers say so in `Sec-Fetch-Site` and `Origin`, which no page can set; a request that says neither is refused.
 */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

export function isForged(method: string, headers: Headers, ownUrl: string): boolean {
  if (SAFE_METHODS.has(method)) return false;
  return !isSameOrigin(headers, ownUrl);
}

/** True when the browser says that the request comes from a page of `ownUrl`'s host. */
export function isSameOrigin(headers: Headers, ownUrl: string): boolean {
  const site = headers.get('sec-fetch-site');
  if (site !== null) return site === 'same-origin';
  const origin = headers.get('origin');
  if (origin === null || !URL.canParse(origin)) return false;
  return new URL(origin).host === (headers.get('host') ?? new URL(ownUrl).host);
}
