import { type Command, type DesiredState, desiredState, envelope, fromBase64, signedCommand } from '@wherry/protocol';

const decoder = new TextDecoder();

/** The desired state inside its envelope; the signature is for real agents to check. */
export function readDesired(bytes: Uint8Array): DesiredState {
  const { payload } = envelope.parse(JSON.parse(decoder.decode(bytes)));
  return desiredState.parse(JSON.parse(decoder.decode(fromBase64(payload))));
}

export function readCommand(bytes: Uint8Array): Command {
  return signedCommand.parse(JSON.parse(decoder.decode(bytes))).command;
}
