import { createHash } from 'node:crypto';
import { type Client, PATHS } from '@wherry/protocol';
import { beginRemoteOwner } from '@wherry/server/testing/owner';

/** What `wherry trust init` and `wherry publish` do after they have read their files, without the start of a process. */
export interface Publisher {
  /** For `wherry-agent claim --trust`. */
  readonly root: string;
  upload(bytes: Buffer): Promise<{ digest: string; sizeBytes: number }>;
  /** `release` is the resolved release, as `@wherry/protocol` describes it. */
  publish(release: object): Promise<void>;
}

/** Begins the repository of the control plane; the one publisher's key signs every app. */
export async function createPublisher({
  http,
  token,
  client,
}: {
  readonly http: string;
  readonly token: string;
  readonly client: Client;
}): Promise<Publisher> {
  const owner = await beginRemoteOwner(client);
  return {
    root: owner.root,
    async upload(bytes) {
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      const answer = await fetch(http + PATHS.blob(digest), {
        method: 'PUT',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
        body: new Uint8Array(bytes),
      });
      if (!answer.ok) throw new Error(`upload a blob: ${answer.status} ${await answer.text()}`);
      return { digest, sizeBytes: bytes.length };
    },
    async publish(release) {
      await owner.publish(release);
    },
  };
}
