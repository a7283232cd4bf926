import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { appName, deviceId, keyId } from '../names.ts';
import { sealedSecret, sealingKey, secretName, secretVersion } from '../secrets/sealed-secret.ts';
import { operation } from './operation.ts';
import { pageOf, pageQuery } from './page.ts';

/** Secrets of apps. Values are sealed on an operator's machine; the control plane keeps and hands out what it cannot read. */
const secretParams = z.object({ app: appName, name: secretName });
const selector = z.string().max(LIMITS.selectorBytes);

export const secretView = z
  .object({
    app: appName,
    name: secretName,
    version: secretVersion,
    /** The devices that the newest version is for, also those that come later; empty: all. */
    selector,
    setBy: z.string(),
    setAtMs: z.int(),
    /** Devices that have some version of it, and those of the selector that do not have the newest. */
    devices: z.int(),
    missing: z.int(),
  })
  .meta({ id: 'Secret' });

export const secretRecipient = z
  .object({
    device: deviceId,
    /** Public key with which the device says that it opens secrets; null while it has said none. */
    key: sealingKey.nullable(),
    /** The version that is sealed to this key; null without one. */
    version: secretVersion.nullable(),
  })
  .meta({ id: 'SecretRecipient' });

export const deviceSecret = z
  .object({ app: appName, name: secretName, version: secretVersion, newestVersion: secretVersion, atMs: z.int() })
  .meta({ id: 'DeviceSecret' });

export const listSecrets = operation({
  id: 'listSecrets',
  method: 'get',
  path: '/secrets',
  tag: 'secrets',
  summary: 'Secrets, without their values, which the control plane does not know',
  role: 'viewer',
  scope: 'secrets:read',
  query: z.object({ app: appName.optional() }),
  status: 200,
  response: z.object({ items: z.array(secretView) }),
});

export const listSecretRecipients = operation({
  id: 'listSecretRecipients',
  method: 'get',
  path: '/secrets/{app}/{name}/recipients',
  tag: 'secrets',
  summary: 'Devices that a selector finds: the key of each, and the version that it has',
  role: 'operator',
  scope: 'secrets:read',
  params: secretParams,
  query: pageQuery.extend({ selector: selector.optional() }),
  status: 200,
  /** `newestVersion` counts on over a removal; 0 when there was never one. */
  response: pageOf(secretRecipient).extend({ newestVersion: z.int().min(0) }),
});

/** For an operator's machine that has the key: the newest value, to seal it to devices that came later. */
export const getSecretCustody = operation({
  id: 'getSecretCustody',
  method: 'get',
  path: '/secrets/{app}/{name}/custody/{key}',
  tag: 'secrets',
  summary: "The newest version, sealed to the key of an operator's machine",
  role: 'operator',
  scope: 'secrets:read',
  params: secretParams.extend({ key: keyId }),
  status: 200,
  response: z.object({ version: secretVersion, selector, sealed: sealedSecret }),
});

/** `version` is the newest one plus one, or the newest one itself to reach more devices with it. */
export const setSecret = operation({
  id: 'setSecret',
  method: 'put',
  path: '/secrets/{app}/{name}',
  tag: 'secrets',
  summary: 'Hand in a version of a secret, sealed to each device',
  role: 'operator',
  scope: 'secrets:write',
  params: secretParams,
  body: z.strictObject({
    version: secretVersion,
    selector: selector.default(''),
    devices: z.array(z.strictObject({ device: deviceId, sealed: sealedSecret })).max(LIMITS.secretRecipients),
    custody: z.array(sealedSecret).max(8).default([]),
  }),
  status: 200,
  response: secretView,
});

export const removeSecret = operation({
  id: 'removeSecret',
  method: 'delete',
  path: '/secrets/{app}/{name}',
  tag: 'secrets',
  summary: 'Take a secret away from all devices',
  role: 'operator',
  scope: 'secrets:write',
  params: secretParams,
  status: 204,
});

export const listDeviceSecrets = operation({
  id: 'listDeviceSecrets',
  method: 'get',
  path: '/devices/{device}/secrets',
  tag: 'secrets',
  summary: 'What a device can read: to be given new values when it is stolen',
  role: 'viewer',
  scope: 'secrets:read',
  params: z.object({ device: deviceId }),
  status: 200,
  response: z.object({ items: z.array(deviceSecret) }),
});

export type SecretView = z.infer<typeof secretView>;
export type SecretRecipient = z.infer<typeof secretRecipient>;
export type DeviceSecret = z.infer<typeof deviceSecret>;
