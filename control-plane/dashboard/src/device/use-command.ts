import { useMutation } from '@tanstack/react-query';
import { type AppName, type CommandResult, sendCommand } from '@wherry/protocol';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { useChanges } from '../api/LiveProvider.tsx';
import { useNowMs } from '../parts/now.ts';
import { sentenceOf } from '../words/problem.ts';

export const COMMAND_LIFE_MS = 30_000;
const RESULTS_KEPT = 20;

interface AppCommand {
  readonly kind: 'restart' | 'run';
  readonly app: AppName;
}

/**
 * Sends a command and waits for its result on the stream. The result can overtake the answer that names the command, so
 * results are kept by id and looked up.
 */
export function useCommand(device: string) {
  const [results, setResults] = useState<ReadonlyMap<string, CommandResult>>(new Map());
  const nowMs = useNowMs();
  useChanges((change) => {
    if (change.type !== 'result' || change.device !== device) return;
    setResults((known) => new Map([...known, [change.id, change.result] as const].slice(-RESULTS_KEPT)));
  });
  const sent = useMutation({
    mutationFn: async ({ kind, app }: AppCommand) => {
      const expiresAtMs = Date.now() + COMMAND_LIFE_MS;
      const { id } = await api.call(sendCommand, { params: { device }, body: { kind, app, expiresAtMs } });
      return { id, expiresAtMs, words: `${kind === 'restart' ? 'Restart' : 'Run'} of ${app}` };
    },
  });
  const result = sent.data ? results.get(sent.data.id) : undefined;
  const hasExpired = sent.data !== undefined && nowMs > sent.data.expiresAtMs;
  return {
    send: sent.mutate,
    isWaiting: sent.isPending || (sent.data !== undefined && !result && !hasExpired),
    sentence: sentenceFor(),
  };

  function sentenceFor(): string {
    if (sent.error) return sentenceOf(sent.error);
    if (!sent.data) return '';
    if (result) return `${sent.data.words}: ${result.ok ? 'done' : 'refused'}. ${result.message}`;
    if (hasExpired) return `${sent.data.words}: the device did not answer in time; the command has expired.`;
    return `${sent.data.words}: sent, waiting for the device…`;
  }
}
