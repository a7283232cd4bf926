import type { AuthenticateError, ConnectPacket } from 'aedes';
import { SERVER_LIMITS } from '../../config/limits.ts';
import { KeyedThrottle } from '../../throttle/keyed-throttle.ts';
import { type Identity, parseIdentity } from '../identity.ts';
import type { BrokerHandlers } from '../port.ts';
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
  const { packet, userName, password } = login;
  const identity = parseIdentity(userName);
  if (!packet || !identity || packet.clientId !== userName)
    throw refusal(IDENTIFIER_REJECTED, 'client id must be the user name, tenant/device');
  if (packet.will && !mayPublish(identity, packet.will.topic).ok)
    throw refusal(IDENTIFIER_REJECTED, 'the last will must be on the own branch');
  const key = `${login.address} ${identity.name}`;
  if (failures.waitMs(key, performance.now()) > 0)
    throw refusal(SERVER_UNAVAILABLE, `too many failed attempts as ${identity.name}`);
  let isKnown: boolean;
  try {
    isKnown = await handlers.authenticate(identity.tenant, identity.device, password?.toString('utf8') ?? '');
  } catch (cause) {
    throw refusal(SERVER_UNAVAILABLE, `authenticate ${identity.name}`, cause);
  }
  if (isKnown) return identity;
  failures.count(key, performance.now());
  throw refusal(BAD_CREDENTIALS, `wrong secret for ${identity.name}`);
}

function refusal(returnCode: number, message: string, cause?: unknown): AuthenticateError {
  return Object.assign(new Error(message, { cause }), { returnCode });
}
