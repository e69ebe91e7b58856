/**
 * A panel that hangs below (or above) the element that opened it. Closes on Escape, on a press outside and when focus
 * leaves it; focus goes to its first control and comes back to the opener.
 */
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode, type RefObject } from 'react';
import { createPortal } from 'react-dom';
import { useFloatHost } from './floatHost.ts';

interface Props {
  anchor: RefObject<HTMLElement | null>;
  onClose: () => void;
  align?: 'start' | 'end';
  /** As wide as its opener. */
  matchWidth?: boolean;
  label: string;
  role?: 'dialog' | 'menu' | 'listbox';
  children: ReactNode;
}

/** Who opened a popover, by its box. */
const openers = new WeakMap<Element, HTMLElement>();

/** The opener of the popover that an element is in: where the focus goes when both are gone. */
export function openerAround(element: Element | null): HTMLElement | null {
  const box = element?.closest('.popover');
  return (box && openers.get(box)) ?? null;
}

/** Invisible but focusable until its place is known. */
const UNPLACED = { opacity: 0, left: 0, top: 0 };
const GAP = 6;
const EDGE = 8;

interface Place {
  left: number;
  top: number;
  maxHeight: number;
  width: number | undefined;
}

function placeBelow(anchor: DOMRect, size: DOMRect, align: 'start' | 'end', matchWidth: boolean): Place {
  const width = matchWidth ? anchor.width : undefined;
  const wanted = align === 'start' ? anchor.left : anchor.right - size.width;
  const left = Math.max(EDGE, Math.min(wanted, window.innerWidth - (width ?? size.width) - EDGE));
  const below = window.innerHeight - anchor.bottom - GAP - EDGE;
  const above = anchor.top - GAP - EDGE;
  if (below >= Math.min(size.height, 220) || below >= above) {
    return { left, top: anchor.bottom + GAP, maxHeight: below, width };
  }
  return { left, top: Math.max(EDGE, anchor.top - GAP - Math.min(size.height, above)), maxHeight: above, width };
}

export function Popover({
  anchor,
  onClose,
  align = 'start',
  matchWidth = false,
  label,
  role = 'dialog',
  children,
}: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<Place | null>(null);
  const floatHost = useFloatHost();
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });

  useLayoutEffect(() => {
    const update = () => {
      if (anchor.current === null || box.current === null) return;
      const natural = box.current.getBoundingClientRect();
      const size = new DOMRect(0, 0, natural.width, box.current.scrollHeight + 2);
      setPlace(placeBelow(anchor.current.getBoundingClientRect(), size, align, matchWidth));
    };
    update();
    const observer = new ResizeObserver(update);
    for (const child of box.current?.children ?? []) observer.observe(child);
    window.addEventListener('resize', update);
    return () => {
      observer.disconnect();
      window.removeEventListener('resize', update);
    };
  }, [anchor, align, matchWidth]);

  useEffect(() => {
    const opener = anchor.current;
    if (box.current !== null && opener !== null) openers.set(box.current, opener);
    const first = box.current?.querySelector<HTMLElement>(
      '[data-autofocus], [aria-selected="true"], input, button, [tabindex="0"]',
    );
    first?.focus({ preventScroll: false });
    const outside = (event: PointerEvent) => {
      const target = event.target as Node;
      if (box.current?.contains(target) === true || opener?.contains(target) === true) return;
      close.current();
    };
    // Wherever the focus is, Escape closes the popover and nothing behind it.
    const escape = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      event.stopPropagation();
      opener?.focus();
      close.current();
    };
    document.addEventListener('pointerdown', outside, true);
    document.addEventListener('keydown', escape, true);
    return () => {
      document.removeEventListener('pointerdown', outside, true);
      document.removeEventListener('keydown', escape, true);
      if (opener?.isConnected === true && (document.activeElement === document.body || !document.activeElement))
        opener.focus();
    };
  }, [anchor]);

  return createPortal(
    <div
      ref={box}
      className="popover"
      role={role}
      aria-label={label}
      style={place === null ? UNPLACED : place}
      onBlur={(event) => {
        const next = event.relatedTarget;
        if (next instanceof Node && !event.currentTarget.contains(next) && anchor.current?.contains(next) !== true)
          onClose();
      }}
    >
      {children}
    </div>,
    floatHost,
  );
}
