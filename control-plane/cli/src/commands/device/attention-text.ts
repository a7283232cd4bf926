import type { Device } from '@wherry/protocol';

/** What an operator has to decide about a device's identity, and with which command; null when nothing waits. */
export function attentionText({ device, identity }: Device): string | null {
  switch (identity?.attention) {
    case 'cloned':
      return `set aside: two machines have its identity. wherry device resolve ${device}, or reclaim`;
    case 'renewal':
      return `asks for a certificate with an expired one. wherry device resolve ${device}`;
    default:
      return null;
  }
}
