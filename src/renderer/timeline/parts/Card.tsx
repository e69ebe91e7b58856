/** The frame of what tells of one interval or call: it takes the focus when it opens, and gives it back to the timeline. */
import { useEffect, useRef, type ReactNode } from 'react';
import { CloseIcon } from '../../ui/icons.tsx';

interface Props {
  label: string;
  testId: string;
  /** What it is of, and the way to its neighbours. */
  head: ReactNode;
  onClose: () => void;
  children: ReactNode;
}

export function Card({ label, testId, head, onClose, children }: Props) {
  const card = useRef<HTMLDivElement>(null);
  useEffect(() => card.current?.focus({ preventScroll: true }), []);
  const close = () => {
    const timeline = card.current?.closest<HTMLElement>('[data-testid="timeline"]');
    onClose();
    timeline?.focus({ preventScroll: true });
  };
  return (
    <div
      ref={card}
      className="tl-card"
      data-testid={testId}
      data-tl-keep=""
      role="region"
      aria-label={label}
      tabIndex={-1}
    >
      <div className="tl-card__head">
        {head}
        <button type="button" className="tl-iconbtn" aria-label="Close the details" onClick={close}>
          <CloseIcon size={14} />
        </button>
      </div>
      {children}
    </div>
  );
}
