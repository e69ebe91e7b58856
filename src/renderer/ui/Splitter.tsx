/** The bar between timeline and panels: dragged, or moved with the arrow keys. Sizes are those of the part below it. */
import { useRef, type PointerEvent } from 'react';
import './splitter.css';

interface Props {
  size: number;
  min: number;
  max: number;
  label: string;
  onResize: (size: number) => void;
}

const KEY_STEP = 16;

export function Splitter({ size, min, max, label, onResize }: Props) {
  const drag = useRef<{ y: number; size: number } | null>(null);
  const bounded = (wanted: number) => onResize(Math.round(Math.max(min, Math.min(max, wanted))));
  const end = (event: PointerEvent<HTMLDivElement>) => {
    drag.current = null;
    event.currentTarget.releasePointerCapture(event.pointerId);
  };
  return (
    <div
      className="splitter"
      role="separator"
      aria-orientation="horizontal"
      aria-label={label}
      aria-valuenow={size}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      data-testid="splitter"
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { y: event.clientY, size };
      }}
      onPointerMove={(event) => {
        if (drag.current !== null) bounded(drag.current.size + drag.current.y - event.clientY);
      }}
      onPointerUp={end}
      onPointerCancel={end}
      onKeyDown={(event) => {
        const step = { ArrowUp: KEY_STEP, ArrowDown: -KEY_STEP, PageUp: 120, PageDown: -120 }[event.key];
        if (step === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        bounded(size + step);
      }}
    />
  );
}
