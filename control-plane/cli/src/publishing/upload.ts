import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { ApiError, PATHS, readProblem } from '@wherry/protocol';
import type { Connection } from '../connection/connect.ts';
import type { ArtifactFile } from './artifacts.ts';

/** Which of the artifacts the control plane does not hold yet; each digest once. */
export async function missingArtifacts(
  connection: Connection,
  artifacts: readonly ArtifactFile[],
): Promise<ArtifactFile[]> {
  const missing: ArtifactFile[] = [];
  for (const artifact of artifacts) {
    if (missing.some(({ digest }) => digest === artifact.digest)) continue;
    const answer = await request(connection, artifact.digest, { method: 'HEAD' });
    if (answer.ok) continue;
    if (answer.status !== 404) throw new ApiError(await headProblem(connection, artifact.digest, answer));
    missing.push(artifact);
  }
  return missing;
}

/** Sends the bytes of an artifact; `onProgress` gets the number of bytes sent so far. */
export async function uploadArtifact(
  connection: Connection,
  artifact: ArtifactFile,
  onProgress: (sentBytes: number) => void,
): Promise<void> {
  const answer = await request(connection, artifact.digest, {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream' },
    body: Readable.toWeb(Readable.from(counted(artifact.file, onProgress))) as ReadableStream,
    duplex: 'half',
  });
  if (!answer.ok) throw new ApiError(await readProblem(answer));
  await answer.body?.cancel();
}

/** Sends what is in memory, unless the control plane holds it. */
export async function uploadBytes(connection: Connection, digest: string, bytes: Uint8Array): Promise<void> {
  if ((await request(connection, digest, { method: 'HEAD' })).ok) return;
  const headers = { 'content-type': 'application/octet-stream' };
  const answer = await request(connection, digest, { method: 'PUT', headers, body: new Uint8Array(bytes) });
  if (!answer.ok) throw new ApiError(await readProblem(answer));
  await answer.body?.cancel();
}

async function* counted(file: string, onProgress: (sentBytes: number) => void): AsyncGenerator<Buffer> {
  let sentBytes = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 })) {
    yield chunk as Buffer;
    sentBytes += (chunk as Buffer).length;
    onProgress(sentBytes);
  }
}

function request(connection: Connection, digest: string, init: RequestInit & { duplex?: 'half' }): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${connection.token}`);
  return connection.fetch(connection.origin + PATHS.blob(digest), { ...init, headers });
}

/** An answer to HEAD has no body, so the sentence is made from the status. */
async function headProblem(connection: Connection, digest: string, answer: Response) {
  const problem = await readProblem(answer);
  if (answer.status === 401)
    return {
      ...problem,
      code: 'unauthenticated' as const,
      detail: 'the token is not accepted: log in again with "wherry login"',
    };
  if (answer.status === 403)
    return {
      ...problem,
      code: 'forbidden' as const,
      detail: 'this token may not publish: it needs the role publisher',
    };
  return { ...problem, detail: `${connection.origin} answered ${answer.status} when asked for ${digest}` };
}
