/** What a browser does on its way through redirects: cookies by origin, and the address of each stop. */
export interface Wanderer {
  /** Follows redirects until there is none, or until `stopAt` says so of the next address. */
  go(url: string, stopAt?: (url: URL) => boolean): Promise<{ readonly url: URL; readonly response: Response | null }>;
  cookies(origin: string): ReadonlyMap<string, string>;
}

const STOPS_MAX = 20;

export function createWanderer(): Wanderer {
  const jars = new Map<string, Map<string, string>>();
  const jarOf = (origin: string) => jars.get(origin) ?? new Map<string, string>();
  return {
    cookies: jarOf,
    async go(first, stopAt = () => false) {
      let url = new URL(first);
      for (let stop = 0; stop < STOPS_MAX; stop += 1) {
        if (stopAt(url)) return { url, response: null };
        const cookie = [...jarOf(url.origin)].map(([name, value]) => `${name}=${value}`).join('; ');
        const response = await fetch(url, { redirect: 'manual', headers: cookie ? { cookie } : {} });
        keep(url.origin, response.headers.getSetCookie());
        const next = response.headers.get('location');
        if (next === null) return { url, response };
        await response.body?.cancel();
        url = new URL(next, url);
      }
      throw new Error(`more than ${STOPS_MAX} redirects from ${first}`);
    },
  };

  function keep(origin: string, set: readonly string[]): void {
    const jar = jarOf(origin);
    for (const text of set) {
      const [pair = ''] = text.split(';');
      const at = pair.indexOf('=');
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(text)) jar.delete(pair.slice(0, at));
      else jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    jars.set(origin, jar);
  }
}
