import { PATHS } from '@wherry/protocol';

/** A link, not a request: the browser itself goes to the provider and comes back. */
export function ProviderLink({ name }: { readonly name: string }) {
  return (
    <a className="button primary" href={PATHS.oidcStart}>
      Sign in with {name}
    </a>
  );
}
