import { LIMITS } from '@wherry/protocol';
import type { Violation } from './violations.ts';

/**
 * Text on the wire: two bytes of length, then UTF-8. Refused beyond what MQTT refuses (ill-formed UTF-8, surrogates, NUL): every
 * control character, because client ids and topics end up in logs, paths and access rules.
 */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const CONTROL = /\p{Cc}|\p{Cs}|[\u{fdd0}-\u{fdef}\u{fffe}\u{ffff}]/u;

export class PacketCursor {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, start: number) {
    this.#bytes = bytes;
    this.#at = start;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** Null when the packet ends before. */
  byte(): number | null {
    if (this.#at + 1 > this.#bytes.length) return null;
    this.#at += 1;
    return this.#bytes[this.#at - 1] as number;
  }

  uint16(): number | null {
    if (this.#at + 2 > this.#bytes.length) return null;
    this.#at += 2;
    return this.#bytes.readUInt16BE(this.#at - 2);
  }

  /** Bytes with a length before them. */
  block(): Buffer | null {
    const length = this.uint16();
    if (length === null || this.#at + length > this.#bytes.length) return null;
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  text(): { readonly text: string } | { readonly violation: Violation } {
    const block = this.block();
    if (block === null) return { violation: 'malformed_packet' };
    try {
      const text = decoder.decode(block);
      return CONTROL.test(text) ? { violation: 'forbidden_text' } : { text };
    } catch {
      return { violation: 'forbidden_text' };
    }
  }

  topic(wildcards: 'allowed' | 'refused'): Violation | null {
    const read = this.text();
    if ('violation' in read) return read.violation;
    const { text } = read;
    if (text.length === 0 || Buffer.byteLength(text) > LIMITS.topicBytes) return 'forbidden_topic';
    if (text.startsWith('$')) return 'forbidden_topic';
    return wildcards === 'refused' && /[+#]/.test(text) ? 'forbidden_topic' : null;
  }
}
