import { userName } from '@wherry/protocol';
import { InvalidArgumentError } from 'commander';

export function userArgument(text: string): string {
  const read = userName.safeParse(text);
  if (read.success) return read.data;
  throw new InvalidArgumentError(read.error.issues[0]?.message ?? 'this cannot be the name of a user');
}
