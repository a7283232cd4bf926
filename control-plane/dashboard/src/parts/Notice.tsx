import type { ReactNode } from 'react';
import { sentenceOf } from '../words/problem.ts';
import type { Shape, Tone } from '../words/tones.ts';
import { Icon } from './Icon.tsx';

const SHAPES: Readonly<Record<Tone, Shape>> = {
  good: 'check',
  busy: 'dots',
  watch: 'eye',
  bad: 'warning',
  idle: 'dash',
};

interface NoticeProps {
  readonly tone: Tone;
  readonly children: ReactNode;
}

export function Notice({ tone, children }: NoticeProps) {
  return (
    <div className="notice" data-tone={tone} role={tone === 'bad' ? 'alert' : 'status'}>
      <Icon shape={SHAPES[tone]} />
      <div>{children}</div>
    </div>
  );
}

/** What went wrong, in the words of the server; nothing when nothing did. */
export function ErrorNotice({ error }: { readonly error: unknown }) {
  if (error === null || error === undefined) return null;
  return <Notice tone="bad">{sentenceOf(error)}</Notice>;
}
