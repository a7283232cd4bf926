/** Text from elsewhere (devices, logs, manifests) as it may be printed: one line, no control characters, no direction marks. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]/gu, (char) =>
    char === '\n' || char === '\t' ? ' ' : '\ufffd',
  );
}
