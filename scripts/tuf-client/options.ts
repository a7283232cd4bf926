import { parseArgs } from 'node:util';

export const USAGE = `npm run -s tuf-client -- --metadata-dir DIR init ROOT
npm run -s tuf-client -- --metadata-dir DIR --metadata-url URL refresh
npm run -s tuf-client -- --metadata-dir DIR --metadata-url URL
                         --target-name PATH… --target-base-url URL --target-dir DIR download

The updater of the agent behind the command line of the public TUF conformance suite. Trusted metadata is copied to DIR as
root.json, timestamp.json and so on. Ends with 0 when all went well, with 1 when something was refused.
`;

export type ClientOrder =
  | { readonly kind: 'init'; readonly metadataDir: string; readonly rootPath: string }
  | { readonly kind: 'refresh'; readonly metadataDir: string; readonly metadataUrl: string }
  | {
      readonly kind: 'download';
      readonly metadataDir: string;
      readonly metadataUrl: string;
      readonly targetNames: readonly string[];
      readonly targetUrl: string;
      readonly targetDir: string;
    };

/** Null: no such order. */
export function readOrder(args: readonly string[]): ClientOrder | null {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      'metadata-dir': { type: 'string' },
      'metadata-url': { type: 'string' },
      'target-name': { type: 'string', multiple: true },
      'target-base-url': { type: 'string' },
      'target-dir': { type: 'string' },
    },
  });
  const [kind, rootPath] = positionals;
  const metadataDir = values['metadata-dir'];
  const metadataUrl = values['metadata-url'];
  if (metadataDir === undefined) return null;
  if (kind === 'init' && rootPath !== undefined) return { kind, metadataDir, rootPath };
  if (metadataUrl === undefined) return null;
  if (kind === 'refresh') return { kind, metadataDir, metadataUrl };
  const targetNames = values['target-name'];
  const targetUrl = values['target-base-url'];
  const targetDir = values['target-dir'];
  if (kind !== 'download' || !targetNames || !targetUrl || !targetDir) return null;
  return { kind, metadataDir, metadataUrl, targetNames, targetUrl, targetDir };
}
