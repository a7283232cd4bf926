import { type CosignPolicy, cosignPolicy } from '@wherry/protocol';

/** Who must sign beside the publisher, as it is typed: PEM blocks, one signer a line. */
export interface PolicyFields {
  readonly keys: string;
  readonly identities: string;
  /** `trusted_root.json`; empty: none. */
  readonly trustedRoot: string;
  readonly transparencyLog: boolean;
}

const PEM = /-----BEGIN PUBLIC KEY-----[\s\S]*?-----END PUBLIC KEY-----/g;

export function policyFieldsOf(policy: CosignPolicy | null): PolicyFields {
  return {
    keys: policy?.keys.map((key) => key.trim()).join('\n') ?? '',
    identities: policy?.identities.map(({ subject, issuer }) => `${subject}, ${issuer}`).join('\n') ?? '',
    trustedRoot: policy?.trustedRoot ?? '',
    transparencyLog: policy?.transparencyLog ?? false,
  };
}

/** The policy, or what is wrong with it in words. */
export function readPolicy({ keys, identities, trustedRoot, transparencyLog }: PolicyFields): CosignPolicy | string {
  if (keys.replaceAll(PEM, '').trim() !== '')
    return 'Public keys are blocks that begin with -----BEGIN PUBLIC KEY----- and end with -----END PUBLIC KEY-----.';
  const parsed = cosignPolicy.safeParse({
    keys: [...keys.matchAll(PEM)].map(([block]) => `${block}\n`),
    identities: linesOf(identities).map((line) => {
      // A subject may have commas; the URL of an issuer has none.
      const at = line.lastIndexOf(',');
      return { subject: line.slice(0, Math.max(at, 0)).trim(), issuer: line.slice(at + 1).trim() };
    }),
    ...(trustedRoot === '' ? {} : { trustedRoot }),
    transparencyLog,
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue?.path[0] === 'identities')
    return `Signer ${Number(issue.path[1]) + 1}: write subject, issuer, like https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main, https://token.actions.githubusercontent.com`;
  return `${issue?.message ?? 'The policy cannot be read'}.`;
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
