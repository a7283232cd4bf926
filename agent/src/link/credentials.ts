import type { Identity } from './port.ts';

/** How a device says over HTTP who it is: with its secret where it has one; else its certificate has said it. */
export function authorizationOf({ tenant, device, secret }: Identity): { readonly authorization?: string } {
  return secret === undefined ? {} : { authorization: `Bearer ${tenant}/${device}:${secret}` };
}
