import type { AuthenticateError, ConnectPacket } from 'aedes';
import { SERVER_LIMITS } from '../../config/limits.ts';
import { KeyedThrottle } from '../../throttle/keyed-throttle.ts';
import { type Identity, parseIdentity } from '../identity.ts';
import type { BrokerHandlers, DeviceCertificate } from '../port.ts';
import { mayPublish } from '../rights.ts';

/** Return codes of CONNACK: MQTT 3.1.1, 3.2.2.3. */
const IDENTIFIER_REJECTED = 2;
const SERVER_UNAVAILABLE = 3;
const BAD_CREDENTIALS = 4;

export interface Login {
  readonly address: string;
  readonly packet: ConnectPacket | undefined;
  readonly userName: string | undefined;
  readonly password: Buffer | undefined;
  /** Null on the plain listener, where the password counts; elsewhere it is this alone, and no user name has to be sent. */
  readonly certificate: (DeviceCertificate & { readonly name: string }) | null;
}

/** Guessing is slowed down for an address with an identity: a fleet may share an address, and one wrong device must not shut it out. */
export function createLoginThrottle(): KeyedThrottle {
  const rule = {
    burst: SERVER_LIMITS.failuresPerAddressBurst,
    perSecond: SERVER_LIMITS.failuresPerAddressPerSecond,
  };
  return new KeyedThrottle(rule, SERVER_LIMITS.throttleKeys);
}

/** Who connects; throws an error with the return code of the CONNACK. A last will is judged here like a message. */
export async function authenticate(handlers: BrokerHandlers, failures: KeyedThrottle, login: Login): Promise<Identity> {
  const { packet, certificate } = login;
  const identity = parseIdentity(certificate?.name ?? login.userName);
  if (!packet || !identity || packet.clientId !== identity.name || (login.userName ?? identity.name) !== identity.name)
    throw refusal(IDENTIFIER_REJECTED, 'client id and user name must be the identity, tenant/device');
  if (packet.will && !mayPublish(identity, packet.will.topic).ok)
    throw refusal(IDENTIFIER_REJECTED, 'the last will must be on the own branch');
  const key = `${login.address} ${identity.name}`;
  if (failures.waitMs(key, performance.now()) > 0)
    throw refusal(SERVER_UNAVAILABLE, `too many failed attempts as ${identity.name}`);
  const isKnown = await isOwner(handlers, identity, login).catch((cause) => {
    throw refusal(SERVER_UNAVAILABLE, `authenticate ${identity.name}`, cause);
  });
  if (isKnown) return identity;
  failures.count(key, performance.now());
  throw refusal(BAD_CREDENTIALS, `wrong secret or certificate for ${identity.name}`);
}

async function isOwner(handlers: BrokerHandlers, { tenant, device }: Identity, login: Login): Promise<boolean> {
  if (!login.certificate) return handlers.authenticate(tenant, device, login.password?.toString('utf8') ?? '');
  const { serial, fingerprint, notAfterMs } = login.certificate;
  return (await handlers.authenticateCertificate?.(tenant, device, { serial, fingerprint, notAfterMs })) ?? false;
}

function refusal(returnCode: number, message: string, cause?: unknown): AuthenticateError {
  return Object.assign(new Error(message, { cause }), { returnCode });
}
