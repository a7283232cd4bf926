import { request } from 'node:http';

/** One request with the path exactly as given, `..` and all. Answers status and body; 0 when nobody answered in time. */
export function httpCall(origin: string, path: string, withinMs = 15_000): Promise<{ status: number; body: string }> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(origin);
    const outgoing = request({ hostname, port, path, agent: false, timeout: withinMs }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      response.on('error', (error) => resolve({ status: 0, body: error.message }));
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')));
    outgoing.on('error', (error) => resolve({ status: 0, body: error.message }));
    outgoing.end();
  });
}

/** Status and what it means: the body, or the code of a problem document. */
export async function outcomeOf(origin: string, path: string, withinMs?: number): Promise<string> {
  const { status, body } = await httpCall(origin, path, withinMs);
  if (status === 200) return `200 ${body.trim()}`;
  const code = /"code":"(\w+)"/.exec(body)?.[1];
  return `${status} ${code ?? body.trim()}`;
}
