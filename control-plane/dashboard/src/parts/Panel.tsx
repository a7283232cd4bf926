import { type ReactNode, useId } from 'react';

interface PanelProps {
  readonly title: ReactNode;
  readonly children: ReactNode;
  /** Beside the title: switches, buttons, figures. */
  readonly aside?: ReactNode;
}

export function Panel({ title, children, aside }: PanelProps) {
  const id = useId();
  return (
    <section className="panel" aria-labelledby={id}>
      <header className="panel-head">
        <h2 id={id}>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}
