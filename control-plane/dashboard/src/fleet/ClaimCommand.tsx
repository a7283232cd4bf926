import { CopyButton } from '../parts/CopyButton.tsx';
import { Notice } from '../parts/Notice.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';

interface ClaimCommandProps {
  readonly token: string;
  readonly device: string | null;
  readonly expiresAtMs: number;
}

/** The token is shown this once: the server keeps only its hash. */
export function ClaimCommand({ token, device, expiresAtMs }: ClaimCommandProps) {
  const command = [
    'wherry-agent claim',
    `--server ${window.location.origin}`,
    `--token ${token}`,
    '--trust root.json',
    '--data /var/lib/wherry',
    ...(device ? [`--name ${device}`] : []),
  ].join(' \\\n  ');
  return (
    <div className="stack">
      <Notice tone="watch">
        The token is shown only now, works for one device, and expires <RelativeTime atMs={expiresAtMs} />.
      </Notice>
      <pre className="code-block">{command}</pre>
      <CopyButton text={command} />
      <p className="quiet">
        Then start it with <code>wherry-agent run --data /var/lib/wherry</code>. The root is what{' '}
        <code>wherry trust root &gt; root.json</code> prints: whom the device believes.
      </p>
    </div>
  );
}
