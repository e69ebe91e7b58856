/** What happened and what to do about it, in place. */
import type { ReactNode } from 'react';

interface Props {
  tone: 'error' | 'warn' | 'plain';
  message: ReactNode;
  remedy?: ReactNode;
  testId?: string;
  children?: ReactNode;
}

const DOT = { error: 'dot--bad', warn: 'dot--warn', plain: '' } as const;

export function Notice({ tone, message, remedy, testId, children }: Props) {
  return (
    <div className={`notice notice--${tone}`} role={tone === 'error' ? 'alert' : 'status'} data-testid={testId}>
      <span className={`dot dot--round ${DOT[tone]}`} style={{ marginTop: 6 }} />
      <div className="notice__text">
        <div>{message}</div>
        {remedy != null && <div className="notice__remedy">{remedy}</div>}
      </div>
      {children}
    </div>
  );
}
