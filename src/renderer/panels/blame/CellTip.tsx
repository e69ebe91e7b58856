/** Says a cell of the heat map in words, beside it; never in the way of the mouse. What it says is the cell's name too. */
import { useLayoutEffect, useRef } from 'react';
import { createPortal } from 'react-dom';
import { useFloatHost } from '../../ui/floatHost.ts';

export interface TipAt {
  text: string;
  /** The cell, in the window. */
  box: DOMRect;
}

const GAP = 6;
const EDGE = 8;

export function CellTip({ tip }: { tip: TipAt }) {
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (element.current === null) return;
    const { width, height } = element.current.getBoundingClientRect();
    const middle = tip.box.left + tip.box.width / 2 - width / 2;
    const left = Math.max(EDGE, Math.min(middle, window.innerWidth - width - EDGE));
    const below = tip.box.bottom + GAP;
    const top = below + height > window.innerHeight - EDGE ? tip.box.top - height - GAP : below;
    element.current.style.left = `${left}px`;
    element.current.style.top = `${top}px`;
  }, [tip]);
  return createPortal(
    <div ref={element} role="tooltip" className="tooltip" data-testid="blame-tip">
      {tip.text}
    </div>,
    useFloatHost(),
  );
}
