import { Component, type ReactNode } from 'react';
import { Notice } from '../parts/Notice.tsx';

interface CrashBoundaryProps {
  readonly children: ReactNode;
  /** A new value, for example another page, tries again. */
  readonly resetKey: string;
}

interface CrashState {
  readonly hasCrashed: boolean;
}

/** A page that cannot be drawn must not take the way to the other pages with it. Also catches parts that cannot be loaded. */
export class CrashBoundary extends Component<CrashBoundaryProps, CrashState> {
  override state: CrashState = { hasCrashed: false };

  static getDerivedStateFromError(): CrashState {
    return { hasCrashed: true };
  }

  override componentDidUpdate(before: CrashBoundaryProps): void {
    if (this.state.hasCrashed && before.resetKey !== this.props.resetKey) this.setState({ hasCrashed: false });
  }

  override render(): ReactNode {
    if (!this.state.hasCrashed) return this.props.children;
    return (
      <div className="stack">
        <Notice tone="bad">This page could not be drawn. It may be from an older version of the control plane.</Notice>
        <div className="actions">
          <button type="button" className="primary" onClick={() => window.location.reload()}>
            Load the page again
          </button>
        </div>
      </div>
    );
  }
}
