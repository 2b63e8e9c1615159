import { Component, type ReactNode } from 'react';
import { Notice } from './notice.tsx';

/** What is shown in place of a page that threw: the frame stays. */
export class PageFailure extends Component<{ readonly children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <Notice title="This page has a fault">
        <p className="quiet">
          It stopped while it was drawn: {error.message}. The server and its pipelines are not touched by it.
        </p>
        <button type="button" className="primary" onClick={() => window.location.reload()}>
          Load it again
        </button>
      </Notice>
    );
  }
}
