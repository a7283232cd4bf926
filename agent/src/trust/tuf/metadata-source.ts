import { createHttpClient } from '../../link/http-client.ts';
import type { HttpAnswer } from '../../link/http-message.ts';
import type { Effects } from '../../shell/effects.ts';

/** Where files of a repository come from. It answers as HTTP does; what is made of the answer is decided in fetch-file.ts. */
export interface MetadataSource {
  /** `url` as in redirects; undefined: the place of the name. Does not follow redirects. */
  get(name: string, options: SourceOptions): Promise<HttpAnswer>;
  urlOf(name: string): URL;
}

export interface SourceOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly url?: URL;
}

/** Over HTTP below a base address. Names are parts of URLs already; a `..` among them does not leave the base. */
export function createHttpSource(
  baseUrl: string,
  effects: Effects,
  headers: Readonly<Record<string, string>> = {},
): MetadataSource {
  const client = createHttpClient();
  const base = baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`;
  const urlOf = (name: string) => new URL(base + name);
  return {
    urlOf,
    get: (name, options) =>
      effects.run('http.get', () =>
        client.request(options.url ?? urlOf(name), {
          headers: { ...headers, ...options.headers },
          redirect: 'answer',
          signal: options.signal,
        }),
      ),
  };
}
