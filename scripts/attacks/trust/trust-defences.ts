import { DELEGATION_DEFENCES } from './delegation-defences.ts';
import { PLACE_DEFENCES, POLICY_DEFENCES } from './device-defences.ts';
import { CROSS_CHECK_DEFENCES, DESIRED_DEFENCES } from './director-defences.ts';
import { FORM_DEFENCES, NETWORK_DEFENCES } from './form-defences.ts';
import { MIX_DEFENCES, SIGNATURE_DEFENCES, VERSION_DEFENCES } from './metadata-defences.ts';
import { SIGNING_DEFENCES } from './signing-defences.ts';
import type { TrustDefence } from './trust-defence.ts';

/** From signed documents to a program that runs, in the order in which a device meets them; then where documents are signed. */
export const TRUST_DEFENCES: readonly TrustDefence[] = [
  ...NETWORK_DEFENCES,
  ...FORM_DEFENCES,
  ...SIGNATURE_DEFENCES,
  ...VERSION_DEFENCES,
  ...MIX_DEFENCES,
  ...DELEGATION_DEFENCES,
  ...DESIRED_DEFENCES,
  ...CROSS_CHECK_DEFENCES,
  ...POLICY_DEFENCES,
  ...PLACE_DEFENCES,
  ...SIGNING_DEFENCES,
];
