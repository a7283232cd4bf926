import { ApiError, readProblem, type StreamChange, streamChange } from '@wherry/protocol';
import { jsonOf } from '../json-of.ts';
import type { Connection } from './connect.ts';

/** Longest event that is kept; a server that sends more without an end is not ours. */
const EVENT_MAX_CHARACTERS = 1024 * 1024;

/** Server-sent events of the control plane, until the signal aborts or the server ends the stream. Unknown events are skipped. */
export async function* readEvents(
  connection: Connection,
  path: string,
  signal: AbortSignal,
  onOpen: () => void = () => {},
  onBytes: () => void = () => {},
): AsyncGenerator<StreamChange> {
  const answer = await connection.fetch(connection.origin + path, {
    headers: { accept: 'text/event-stream', authorization: `Bearer ${connection.token}` },
    signal,
  });
  if (!answer.ok) throw new ApiError(await readProblem(answer));
  if (!answer.body) return;
  onOpen();
  const heard = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => {
      onBytes();
      controller.enqueue(chunk);
    },
  });
  for await (const data of eventData(answer.body.pipeThrough(heard).pipeThrough(new TextDecoderStream()))) {
    const change = streamChange.safeParse(jsonOf(data));
    if (change.success) yield change.data;
  }
}

/** The data of each event; WHATWG HTML 9.2.6, without ids and retries, which we do not use. */
export async function* eventData(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let buffer = '';
  let data: string[] = [];
  for await (const chunk of chunks) {
    buffer += chunk;
    if (buffer.length > EVENT_MAX_CHARACTERS) throw new RangeError('an event of the stream is too long');
    // A carriage return at the very end may be half of a line end.
    const lines = buffer.split(/\r\n|\n|\r(?!$)/);
    buffer = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield data.join('\n');
        data = [];
      } else if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''));
    }
  }
}
