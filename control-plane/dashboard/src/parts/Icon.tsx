import type { Shape } from '../words/tones.ts';

const DRAWINGS: Readonly<Record<Shape, string>> = {
  check: 'M3 8.5l3.2 3.2L13 5',
  cross: 'M4 4l8 8M12 4l-8 8',
  back: 'M6 4L3 7l3 3M3 7h6a3.5 3.5 0 010 7H6',
  ban: 'M8 2.5a5.5 5.5 0 100 11 5.5 5.5 0 000-11zM4.2 4.2l7.6 7.6',
  clock: 'M8 2.5a5.5 5.5 0 100 11 5.5 5.5 0 000-11zM8 5v3.2l2.2 1.4',
  warning: 'M8 2.5L14 13H2zM8 6.5v3M8 11.2v.1',
  dots: 'M3.5 8h.1M8 8h.1M12.5 8h.1',
  play: 'M5 3.5l7 4.5-7 4.5z',
  pause: 'M5.5 4v8M10.5 4v8',
  ring: 'M8 3.5a4.5 4.5 0 100 9 4.5 4.5 0 000-9z',
  dash: 'M4 8h8',
  eye: 'M2 8s2.2-4 6-4 6 4 6 4-2.2 4-6 4-6-4-6-4zM8 7.9v.2',
};

export function Icon({ shape }: { readonly shape: Shape }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" data-shape={shape}>
      <path d={DRAWINGS[shape]} />
    </svg>
  );
}
