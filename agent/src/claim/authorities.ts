import { createHash, X509Certificate } from 'node:crypto';

/**
 * Which certificate authorities a device believes, as PEM one after the other, and how it comes to another one: an authority that it
 * believes signs the name and the key of the next (a link; RFC 4210, 4.4). So it does not matter who hands a bundle over: what is in it
 * counts by its signatures alone. Nothing is believed no more because of a bundle: that is the caller's to decide.
 */
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/g;
/** An authority, the next one, and what links them; with room for what is still to come. */
const AUTHORITIES_MAX = 8;

/** A bundle of so many has no more. */
export const BUNDLE_BYTES = 32 * 1024;

export interface OfferedAuthority {
  readonly pem: string;
  /** SHA-256 of the DER, lower-case hex. */
  readonly fingerprint: string;
  readonly certificate: X509Certificate;
}

/** What cannot be read is left out, and so is whatever comes after the first few. */
export function readBundle(text: string): readonly OfferedAuthority[] {
  const pems = (text.match(CERTIFICATE) ?? []).slice(0, AUTHORITIES_MAX);
  return pems.flatMap((pem) => {
    try {
      const certificate = new X509Certificate(pem);
      const fingerprint = createHash('sha256').update(certificate.raw).digest('hex');
      return [{ pem: `${pem.trim()}\n`, fingerprint, certificate }];
    } catch {
      return [];
    }
  });
}

/** Those that vouch for themselves; the others are links. */
export function rootsOf(offered: readonly OfferedAuthority[]): readonly OfferedAuthority[] {
  return offered.filter(({ certificate }) => isIssuedBy(certificate, certificate));
}

/** The believed ones, and every authority of the offer to which a chain of links leads from them. */
export function follow(
  believed: readonly OfferedAuthority[],
  offered: readonly OfferedAuthority[],
): readonly OfferedAuthority[] {
  const known = [...believed];
  const roots = rootsOf(offered);
  for (let isNews = true; isNews; ) {
    const next = roots.find((root) => !has(known, root) && isLinked(root, known, offered));
    isNews = next !== undefined;
    if (next) known.push(next);
  }
  return known;
}

export function pemOf(all: readonly OfferedAuthority[]): string {
  return all.map(({ pem }) => pem).join('');
}

export function has(all: readonly OfferedAuthority[], { fingerprint }: OfferedAuthority): boolean {
  return all.some((one) => one.fingerprint === fingerprint);
}

/** Of which of them this certificate is; null: of none. */
export function issuerOf(pem: string, believed: readonly OfferedAuthority[]): OfferedAuthority | null {
  const certificate = new X509Certificate(pem);
  return believed.find((authority) => isIssuedBy(certificate, authority.certificate)) ?? null;
}

function isLinked(
  root: OfferedAuthority,
  known: readonly OfferedAuthority[],
  offered: readonly OfferedAuthority[],
): boolean {
  return offered.some(
    ({ certificate: link }) =>
      link.ca &&
      link.subject === root.certificate.subject &&
      link.publicKey.equals(root.certificate.publicKey) &&
      known.some(({ certificate }) => isIssuedBy(link, certificate)),
  );
}

function isIssuedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  return authority.ca && certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}
