import { type HandedOutSecret, handOutSecret, type SecretToHandOut } from '@wherry/protocol';
import type { Connection } from '../connection/connect.ts';
import { CliFailure, EXIT } from '../failure.ts';
import { seal, sealingKeyId } from './hpke-x25519.ts';

/** Code: key_unknown, one for each device whose key is another than when it was seen first; then nothing was sealed. */
export async function handOut({ client }: Pick<Connection, 'client'>, what: SecretToHandOut): Promise<HandedOutSecret> {
  const handed = await handOutSecret(client, { seal, keyIdOf: sealingKeyId }, what);
  if (!('changedKeys' in handed)) return handed;
  throw new CliFailure(
    EXIT.refused,
    handed.changedKeys.map((device) => ({
      code: 'key_unknown',
      message: `${device} has another key than when it was seen first: if it was set up anew, add --accept-key ${device}; else somebody wants to read its secrets`,
    })),
  );
}
