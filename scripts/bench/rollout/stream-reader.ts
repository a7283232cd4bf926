import { PATHS } from '@wherry/protocol';
import type { MeasuredServer } from './server-process.ts';

/** A watcher as the dashboard is one: server-sent events tell that something changed. */
export interface StreamReader {
  close(): void;
}

export async function openStream(
  server: Pick<MeasuredServer, 'http' | 'token'>,
  onRollout: (id: string) => void,
): Promise<StreamReader> {
  const abort = new AbortController();
  const answer = await fetch(server.http + PATHS.stream, {
    headers: { authorization: `Bearer ${server.token}` },
    signal: abort.signal,
  });
  if (!answer.ok || !answer.body) throw new Error(`open the stream of changes: ${answer.status}`);
  const body = answer.body.pipeThrough(new TextDecoderStream());
  const read = async () => {
    let text = '';
    for await (const part of body) {
      text += part;
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        if (!event.startsWith('event: rollout\n')) continue;
        onRollout((JSON.parse(event.slice(event.indexOf('data: ') + 6)) as { rollout: string }).rollout);
      }
    }
  };
  read().catch((error: unknown) => {
    if (!abort.signal.aborted) throw error;
  });
  return { close: () => abort.abort() };
}
