import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { refused } from '../failure.ts';
import type { Signer } from './tuf-keys.ts';

/**
 * Keys that an SSH agent holds, also for a hardware token. An agent signs raw bytes with Ed25519, which is what TUF asks for.
 * Source: draft-ietf-sshm-ssh-agent, messages 11 to 14; RFC 8709 for the forms of key and signature.
 */
const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;
const SIGN_REQUEST = 13;
const SIGN_RESPONSE = 14;
const ANSWER_MAX_BYTES = 256 * 1024;
const ANSWER_WITHIN_MS = 60_000;
const ED25519 = 'ssh-ed25519';

export async function agentSigners(socketPath: string): Promise<Signer[]> {
  const answer = await ask(socketPath, Buffer.from([REQUEST_IDENTITIES]));
  if (answer[0] !== IDENTITIES_ANSWER) throw refused('unavailable', 'the SSH agent does not list its keys');
  const read = reader(answer.subarray(1));
  const signers: Signer[] = [];
  for (let left = read.number(); left > 0; left -= 1) {
    const blob = read.bytes();
    const name = read.bytes().toString('utf8');
    const key = reader(blob);
    if (key.bytes().toString() !== ED25519) continue;
    signers.push({
      name,
      publicHex: key.bytes().toString('hex'),
      sign: (message) => signWith(socketPath, blob, message),
    });
  }
  return signers;
}

async function signWith(socketPath: string, blob: Buffer, message: Uint8Array): Promise<Uint8Array> {
  const flags = Buffer.alloc(4);
  const answer = await ask(
    socketPath,
    Buffer.concat([Buffer.from([SIGN_REQUEST]), framed(blob), framed(message), flags]),
  );
  if (answer[0] !== SIGN_RESPONSE) throw refused('signature_missing', 'the SSH agent refused to sign');
  const signature = reader(reader(answer.subarray(1)).bytes());
  if (signature.bytes().toString() !== ED25519)
    throw refused('signature_missing', 'the SSH agent signed in another form');
  return signature.bytes();
}

async function ask(socketPath: string, request: Buffer): Promise<Buffer> {
  const socket = connect(socketPath);
  socket.setTimeout(ANSWER_WITHIN_MS, () => socket.destroy(new Error('it does not answer')));
  try {
    await once(socket, 'connect');
    socket.write(framed(request));
    return await readFrame(socket);
  } catch (error) {
    throw refused('unavailable', `ask the SSH agent at ${socketPath}: ${(error as Error).message}`);
  } finally {
    socket.destroy();
  }
}

async function readFrame(socket: Socket): Promise<Buffer> {
  let got = Buffer.alloc(0);
  for await (const chunk of socket) {
    got = Buffer.concat([got, chunk as Buffer]);
    if (got.length < 4) continue;
    const length = got.readUInt32BE(0);
    if (length > ANSWER_MAX_BYTES) throw new Error('its answer is too long');
    if (got.length >= 4 + length) return got.subarray(4, 4 + length);
  }
  throw new Error('it hung up');
}

function framed(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function reader(from: Buffer) {
  let at = 0;
  const number = () => {
    at += 4;
    return from.readUInt32BE(at - 4);
  };
  return {
    number,
    bytes(): Buffer {
      const length = number();
      if (at + length > from.length)
        throw refused('unavailable', 'the SSH agent answered something that cannot be read');
      at += length;
      return from.subarray(at - length, at);
    },
  };
}
