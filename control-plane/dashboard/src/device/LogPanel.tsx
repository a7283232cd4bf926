import { useEffect, useRef, useState } from 'react';
import { Panel } from '../parts/Panel.tsx';
import { clockTime } from '../words/time.ts';
import type { LogEntry } from './log-lines.ts';
import { type LogState, useDeviceLogs } from './use-device-logs.ts';

const STATE_WORDS: Readonly<Record<LogState, string>> = {
  off: 'Not following. Lines are sent only while somebody follows.',
  opening: 'Asking the device for its lines…',
  open: 'Following.',
  lost: 'The connection was lost; trying again…',
};

export function LogPanel({ device, isOnline }: { readonly device: string; readonly isOnline: boolean }) {
  const [isOn, setOn] = useState(false);
  const { view, state, clear } = useDeviceLogs(device, isOn);
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new lines are what moves the view
  useEffect(() => {
    if (box.current && isAtEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [view]);
  return (
    <Panel
      title="Log"
      aside={
        <div className="actions">
          {view.entries.length > 0 ? (
            <button type="button" className="plain" onClick={clear}>
              Clear
            </button>
          ) : null}
          <button type="button" aria-pressed={isOn} disabled={!isOnline && !isOn} onClick={() => setOn(!isOn)}>
            {isOn ? 'Stop following' : 'Follow the log'}
          </button>
        </div>
      }
    >
      <p className="quiet" role="status">
        {isOnline || isOn ? STATE_WORDS[state] : 'The device is offline.'}
      </p>
      {view.entries.length > 0 ? (
        <div
          ref={box}
          className="log"
          role="log"
          aria-label={`Log of ${device}`}
          aria-live="off"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
          tabIndex={0}
          onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
            isAtEnd.current = scrollTop + clientHeight >= scrollHeight - 8;
          }}
        >
          {view.entries.map((entry) => (
            <Entry key={entry.id} entry={entry} />
          ))}
        </div>
      ) : null}
    </Panel>
  );
}

function Entry({ entry }: { readonly entry: LogEntry }) {
  if (entry.kind === 'gap') return <div className="log-gap">{entry.skipped} lines were left out by the device</div>;
  const { atMs, app, level, text } = entry.line;
  return (
    <div className="log-line" data-level={level}>
      <span className="quiet">{clockTime(atMs)}</span> <span className="log-app">{app}</span>{' '}
      {level === 'info' ? null : <b>{level} </b>}
      {text}
    </div>
  );
}
