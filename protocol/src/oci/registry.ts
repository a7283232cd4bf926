/** What both the command line and a device know of OCI registries. Source: RFC 9110, 11.6.1; distribution specification, token authentication. */
export interface RegistryChallenge {
  readonly scheme: 'basic' | 'bearer';
  readonly parameters: Readonly<Record<string, string>>;
}

/** `WWW-Authenticate`; null for a scheme that no registry uses. */
export function parseRegistryChallenge(header: string | null): RegistryChallenge | null {
  const [, scheme, rest = ''] = /^\s*(basic|bearer)\b(.*)$/is.exec((header ?? '').slice(0, 4_096)) ?? [];
  if (scheme === undefined) return null;
  const parameters: [string, string][] = [];
  for (const match of rest.matchAll(/([a-z]+)\s*=\s*(?:"([^"]*)"|([^\s,]+))/gi))
    parameters.push([String(match[1]).toLowerCase(), match[2] ?? match[3] ?? '']);
  return { scheme: scheme.toLowerCase() as RegistryChallenge['scheme'], parameters: Object.fromEntries(parameters) };
}

/** Registries on this machine speak plain HTTP, as container engines take it; all others must have TLS. */
export function originOfRegistry(host: string): string {
  return `${isLoopback(host) ? 'http' : 'https'}://${host}`;
}

/** Where a token is asked for; null where a password would travel in the clear. */
export function tokenUrl({ scheme, parameters }: RegistryChallenge, host: string, scope: string): URL | null {
  const url = scheme === 'bearer' && parameters.realm ? URL.parse(parameters.realm) : null;
  if (url === null) return null;
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.host) && isLoopback(host));
  if (!isSafe) return null;
  if (parameters.service) url.searchParams.set('service', parameters.service);
  url.searchParams.set('scope', scope);
  return url;
}

function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+)(:\d+)?$/.test(host);
}
