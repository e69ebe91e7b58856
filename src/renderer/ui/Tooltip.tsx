/** Explains its one child on hover and on focus. The text is also the child's description for a screen reader. */
import { useEffect, useId, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { useFloatHost } from './floatHost.ts';

const SHOW_AFTER_MS = 350;

export function Tooltip({ text, children, className }: { text: ReactNode; children: ReactNode; className?: string }) {
  const host = useRef<HTMLSpanElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [open, setOpen] = useState(false);
  const [place, setPlace] = useState({ left: 0, top: 0 });
  const id = useId();
  const floatHost = useFloatHost();

  useEffect(() => () => clearTimeout(timer.current), []);
  useLayoutEffect(() => {
    if (!open || host.current === null || box.current === null) return;
    const anchor = host.current.getBoundingClientRect();
    const size = box.current.getBoundingClientRect();
    const left = Math.max(
      8,
      Math.min(anchor.left + anchor.width / 2 - size.width / 2, window.innerWidth - size.width - 8),
    );
    const below = anchor.bottom + 8;
    setPlace({ left, top: below + size.height > window.innerHeight - 8 ? anchor.top - size.height - 8 : below });
  }, [open]);

  const show = (delay: number) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setOpen(true), delay);
  };
  const hide = () => {
    clearTimeout(timer.current);
    setOpen(false);
  };
  return (
    <span
      ref={host}
      className={className}
      style={{ display: 'inline-flex', minWidth: 0 }}
      aria-describedby={open ? id : undefined}
      onPointerEnter={() => show(SHOW_AFTER_MS)}
      onPointerLeave={hide}
      onPointerDown={hide}
      onFocus={(event) => {
        if (event.target.matches(':focus-visible')) show(0);
      }}
      onBlur={hide}
      onKeyDown={(event) => {
        if (event.key === 'Escape') hide();
      }}
    >
      {children}
      {open &&
        createPortal(
          <div ref={box} id={id} role="tooltip" className="tooltip" style={place}>
            {text}
          </div>,
          floatHost,
        )}
    </span>
  );
}
