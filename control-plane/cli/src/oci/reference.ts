import { misused } from '../failure.ts';

/** A place in a registry: `HOST[:PORT]/REPOSITORY` with `:TAG`, `@sha256:…` or both. The host is never left out or guessed. */
export interface OciReference {
  readonly host: string;
  readonly repository: string;
  readonly tag: string | null;
  readonly digest: string | null;
}

const PATTERN =
  /^((?:[a-z0-9-]+\.)+[a-z0-9-]+(?::\d{1,5})?|localhost(?::\d{1,5})?|[a-z0-9-]+:\d{1,5})\/([a-z0-9]+(?:[._/-]+[a-z0-9]+)*)(?::([A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/;

export function parseReference(text: string): OciReference {
  const [, host, repository, tag = null, digest = null] = PATTERN.exec(text.replace(/^oci:\/\//, '')) ?? [];
  if (host === undefined || repository === undefined || text.length > 512)
    throw misused(
      `${text} is no place in a registry: write it like registry.example/apps/hello:1.0.0, or with @sha256:…`,
    );
  return { host, repository, tag, digest };
}
