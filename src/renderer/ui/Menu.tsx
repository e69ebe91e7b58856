/** A button that opens a menu of actions; arrow keys walk it. */
import { useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { Popover } from './Popover.tsx';

export interface MenuItem {
  id: string;
  label: string;
  /** One line on what it does. */
  hint?: string;
  danger?: boolean;
  disabled?: boolean;
  onPick: () => void;
}

interface Props {
  label: string;
  items: readonly MenuItem[];
  className?: string;
  align?: 'start' | 'end';
  testId?: string;
  disabled?: boolean;
  children: ReactNode;
}

/** Moves focus among the siblings that match; used by menus and lists. */
export function walkFocus(event: KeyboardEvent<HTMLElement>, selector: string): void {
  const step = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
  if (step === undefined) return;
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>(selector)];
  if (items.length === 0) return;
  event.preventDefault();
  const now = items.indexOf(document.activeElement as HTMLElement);
  const next = Number.isFinite(step) ? (now + step + items.length) % items.length : step < 0 ? 0 : items.length - 1;
  items[next]?.focus();
}

export function MenuButton({ label, items, className = 'btn', align = 'end', testId, disabled, children }: Props) {
  const anchor = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        ref={anchor}
        type="button"
        className={className}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-label={label}
        data-testid={testId}
        disabled={disabled}
        onClick={() => setOpen(!open)}
      >
        {children}
      </button>
      {open && (
        <Popover anchor={anchor} align={align} role="menu" label={label} onClose={() => setOpen(false)}>
          <div className="menu" onKeyDown={(event) => walkFocus(event, '[role="menuitem"]:not(:disabled)')}>
            {items.map((item) => (
              <button
                key={item.id}
                type="button"
                role="menuitem"
                className={item.danger === true ? 'menu__item menu__item--danger' : 'menu__item'}
                disabled={item.disabled}
                data-testid={`menu-${item.id}`}
                onClick={() => {
                  setOpen(false);
                  anchor.current?.focus();
                  item.onPick();
                }}
              >
                <span>{item.label}</span>
                {item.hint !== undefined && <span className="small muted">{item.hint}</span>}
              </button>
            ))}
          </div>
        </Popover>
      )}
    </>
  );
}
