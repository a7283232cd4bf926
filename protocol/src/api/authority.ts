import { z } from 'zod';
import { authorityFingerprint } from '../messages/claim.ts';
import { operation } from './operation.ts';

/** The certificate authority of the installation, and its roll-over to another one. Authorities are named by their fingerprints. */

/** A device that was not heard for so long is not waited for. */
const heardWithinDays = z.coerce.number().int().min(1).max(3650).default(30);

export const AUTHORITY_PHASES = ['settled', 'begun', 'switched', 'aborted'] as const;
/**
 * `begin` a second authority beside the first, `switch` the server to it, `finish` by dropping the first; `abort` before the switch, and
 * `finish` that. `replace` drops everything at once: every device has to be claimed anew.
 */
export const AUTHORITY_STEPS = ['begin', 'switch', 'finish', 'abort', 'replace'] as const;

export const authorityStatus = z
  .object({
    phase: z.enum(AUTHORITY_PHASES),
    sinceMs: z.int().nullable(),
    /** It vouches for the server, and claim tokens name it. */
    current: authorityFingerprint,
    /** From when and until when the current one is good. */
    notBeforeMs: z.int(),
    notAfterMs: z.int(),
    /** Devices are to have their certificates of this one. */
    stays: authorityFingerprint,
    /** Devices are to leave this one; null when nothing is under way. */
    leaves: authorityFingerprint.nullable(),
    /** Of those that have a certificate: which have one of the authority that stays, and so believe it; and which do not. */
    devices: z.object({
      moved: z.int(),
      /** Heard within `heardWithinDays`: worth waiting for. */
      waiting: z.int(),
      silent: z.int(),
    }),
    heardWithinDays: z.int(),
    /** MQTT is carried by a broker with a certificate of its own, which has to be brought another one after `switch` and `replace`. */
    isBrokerExternal: z.boolean(),
    /** PEM of all that are to be believed just now. */
    pem: z.string(),
  })
  .meta({ id: 'AuthorityStatus' });

export const getAuthority = operation({
  id: 'getAuthority',
  method: 'get',
  path: '/authority',
  tag: 'authority',
  summary: 'The certificate authority, and how far its roll-over is; for admins of the installation',
  role: 'admin',
  scope: 'authority:read',
  query: z.object({ heardWithinDays }),
  status: 200,
  response: authorityStatus,
});

export const moveAuthority = operation({
  id: 'moveAuthority',
  method: 'post',
  path: '/authority',
  tag: 'authority',
  summary: 'Go one step of a roll-over of the authority; for admins of the installation',
  role: 'admin',
  scope: 'authority:write',
  body: z.strictObject({
    step: z.enum(AUTHORITY_STEPS),
    /** Go it though devices are waited for: those that have not moved are left behind when the first authority is dropped. */
    anyway: z.boolean().default(false),
    heardWithinDays,
  }),
  status: 200,
  response: authorityStatus,
});

export type AuthorityStatus = z.infer<typeof authorityStatus>;
export type AuthorityStep = (typeof AUTHORITY_STEPS)[number];
