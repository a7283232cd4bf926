/** How a state is drawn: a colour and always a shape and a word beside it, so that colour alone never carries the meaning. */
export const TONES = ['good', 'busy', 'watch', 'bad', 'idle'] as const;
export type Tone = (typeof TONES)[number];

export type Shape =
  | 'check'
  | 'cross'
  | 'back'
  | 'ban'
  | 'clock'
  | 'warning'
  | 'dots'
  | 'play'
  | 'pause'
  | 'ring'
  | 'dash'
  | 'eye';

export interface Look {
  readonly label: string;
  readonly tone: Tone;
  readonly shape: Shape;
  /** One sentence for whoever does not know the word. */
  readonly hint: string;
}
