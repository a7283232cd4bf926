import { type ReactNode, useEffect } from 'react';

interface PageHeadProps {
  readonly title: string;
  readonly children?: ReactNode;
  /** Small words under the title. */
  readonly sub?: ReactNode;
}

export function PageHead({ title, sub, children }: PageHeadProps) {
  useEffect(() => {
    document.title = `${title} · Wherry`;
  }, [title]);
  return (
    <header className="page-head">
      <div className="page-title">
        <h1>{title}</h1>
        {sub ? <div className="page-sub">{sub}</div> : null}
      </div>
      {children ? <div className="actions">{children}</div> : null}
    </header>
  );
}
