import { createPrivateKey, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { type Outcome, refuse, succeed } from '@wherry/protocol';
import { issuerOf, readBundle } from '../claim/authorities.ts';
import type { Effects } from '../shell/effects.ts';
import { makeFolder, readIfThere, removePath, replaceFile } from './files.ts';

/**
 * Who a device is on TLS, in the folder `tls`. Key and certificate are one file, so that they are replaced together or not at all: at
 * no moment does the device have a key without its certificate. A key whose certificate is still to come waits beside it.
 */
export interface TlsIdentity {
  /** PEM of the authority that this device believes; of both, while the control plane goes from one to another. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const FOLDER = 'tls';
const IDENTITY_FILE = 'tls/identity.pem';
const AUTHORITY_FILE = 'tls/authority.pem';
const NEXT_KEY_FILE = 'tls/next-key.pem';
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/;
const PRIVATE_KEY = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n?/;

/** Null where the device signs in with a secret. Code: storage_damaged. */
export function readTls(folder: string): Outcome<TlsIdentity | null> {
  const text = readIfThere(join(folder, IDENTITY_FILE));
  const ca = readIfThere(join(folder, AUTHORITY_FILE));
  if (text === null) return succeed(null);
  const cert = CERTIFICATE.exec(text)?.[0];
  const key = PRIVATE_KEY.exec(text)?.[0];
  if (cert !== undefined && key !== undefined && ca !== null && isPair(cert, key)) return succeed({ ca, cert, key });
  return refuse(
    'storage_damaged',
    `${join(folder, FOLDER)} is damaged: ask an operator for "wherry device reclaim", and claim again`,
  );
}

export function writeAuthority(folder: string, ca: string, effects: Effects): void {
  makeFolder(effects, join(folder, FOLDER));
  replaceFile(effects, join(folder, AUTHORITY_FILE), ca);
}

export function writeTlsIdentity(folder: string, { cert, key }: Omit<TlsIdentity, 'ca'>, effects: Effects): void {
  replaceFile(effects, join(folder, IDENTITY_FILE), `${key.trim()}\n${cert.trim()}\n`);
}

export function readNextKey(folder: string): string | null {
  const key = readIfThere(join(folder, NEXT_KEY_FILE));
  return key !== null && isKey(key) ? key : null;
}

export function writeNextKey(folder: string, key: string, effects: Effects): void {
  makeFolder(effects, join(folder, FOLDER));
  replaceFile(effects, join(folder, NEXT_KEY_FILE), key);
}

export function removeNextKey(folder: string, effects: Effects): void {
  removePath(effects, join(folder, NEXT_KEY_FILE));
}

/** Is this certificate, issued by an authority that is believed, for this key? */
export function isGoodCertificate({ ca, cert, key }: TlsIdentity): boolean {
  return isPair(cert, key) && issuerOf(cert, readBundle(ca)) !== null;
}

function isPair(cert: string, key: string): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

function isKey(key: string): boolean {
  try {
    return createPrivateKey(key).asymmetricKeyType === 'ec';
  } catch {
    return false;
  }
}
