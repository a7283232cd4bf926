import { PATHS } from '@wherry/protocol';
import { useEffect, useState } from 'react';
import { parseChange } from '../api/live-stream.ts';
import { addBatch, EMPTY_LOG, type LogView } from './log-lines.ts';

export type LogState = 'off' | 'opening' | 'open' | 'lost';

/** While `isOn`, the server asks the device for its lines; closing the stream ends that. */
export function useDeviceLogs(device: string, isOn: boolean) {
  const [view, setView] = useState<LogView>(EMPTY_LOG);
  const [state, setState] = useState<LogState>('off');
  useEffect(() => {
    if (!isOn) return;
    setState('opening');
    const source = new EventSource(PATHS.deviceLogs(device));
    source.onopen = () => setState('open');
    source.onerror = () => setState('lost');
    source.addEventListener('log', (message: MessageEvent<string>) => {
      const change = parseChange(message.data);
      if (change?.type === 'log') setView((known) => addBatch(known, change.batch));
    });
    return () => {
      source.close();
      setState('off');
    };
  }, [device, isOn]);
  return { view, state, clear: () => setView(EMPTY_LOG) };
}
