/** What gilscope and its agents had to say about this session. Follows the end while one is at the end. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { LogLine, SessionInfo } from '../../../shared/contract/types.ts';
import { copyText } from '../../lib/clipboard.ts';
import { count } from '../../lib/format.ts';
import { notify, notifyError, useUi } from '../../store/ui.ts';
import { call, describeError, isCancelled, subscribe } from '../../transport/index.ts';
import { CopyIcon } from '../../ui/icons.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { atLeast, clockText, LEVELS, logText, type Level } from './lines.ts';
import './log.css';

const ROW_PX = 22;
const MOST_LINES = 20_000;
const AT_END_PX = 30;
const LEVEL_DOT: Record<Level, string> = { info: '', warn: 'dot--warn', error: 'dot--bad' };

/** The lines so far, then those pushed; pushes that came before the answer are in the answer. */
function useLog(id: string) {
  const [state, setState] = useState<{ lines: readonly LogLine[]; loaded: boolean; error: unknown }>({
    lines: [],
    loaded: false,
    error: null,
  });
  const connected = useUi((s) => s.connection === 'open');
  useEffect(() => {
    if (!connected) return;
    const abort = new AbortController();
    let live = false;
    const stop = subscribe((name, push) => {
      if (!live || name !== 'session.log' || !('line' in push) || push.id !== id) return;
      setState((s) => ({ ...s, lines: [...s.lines, push.line].slice(-MOST_LINES) }));
    });
    call('session.log', { id }, { signal: abort.signal }).then(
      (lines) => {
        live = true;
        setState({ lines, loaded: true, error: null });
      },
      (error: unknown) => {
        if (!isCancelled(error)) setState((s) => ({ ...s, error }));
      },
    );
    return () => {
      abort.abort();
      stop();
    };
  }, [id, connected]);
  return state;
}

function Lines({ lines }: { lines: readonly LogLine[] }) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  useLayoutEffect(() => {
    if (atEnd.current && lines.length > 0) virtual.scrollToIndex(lines.length - 1, { align: 'end' });
  }, [lines.length, virtual]);
  return (
    <div
      ref={box}
      className="log__scroll"
      tabIndex={0}
      role="log"
      aria-label="Log"
      onScroll={(event) => {
        const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
        atEnd.current = scrollHeight - scrollTop - clientHeight < AT_END_PX;
      }}
    >
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map((item) => {
          const line = lines[item.index];
          return (
            <div
              key={item.index}
              ref={virtual.measureElement}
              data-index={item.index}
              className={`log__line log__line--${line.level}`}
              style={{ translate: `0 ${item.start}px` }}
            >
              <span className="log__time num muted">{clockText(line.atNs)}</span>
              <span className={`dot dot--round ${LEVEL_DOT[line.level]}`} role="img" aria-label={line.level} />
              <span className="log__source muted ellipsis">{line.source}</span>
              <span className="log__text">{line.text}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}

export function LogPanel({ session }: { session: SessionInfo }) {
  const { lines, loaded, error } = useLog(session.id);
  const [level, setLevel] = useState<Level>('info');
  const shown = useMemo(() => atLeast(lines, level), [lines, level]);
  const copy = async () => {
    if (await copyText(logText(shown))) notify(`Copied ${count(shown.length, 'line')}`);
    else notifyError(new Error('The browser did not allow copying to the clipboard.'));
  };
  return (
    <div className="log" data-testid="log">
      <div className="log__bar">
        <div className="segments segments--tiny" role="radiogroup" aria-label="Which lines">
          {LEVELS.map((option) => (
            <button
              key={option.level}
              type="button"
              role="radio"
              aria-checked={option.level === level}
              className="segments__item"
              onClick={() => setLevel(option.level)}
            >
              {option.label}
            </button>
          ))}
        </div>
        <button
          type="button"
          className="btn btn--ghost btn--small"
          disabled={shown.length === 0}
          onClick={() => void copy()}
        >
          <CopyIcon size={14} /> Copy
        </button>
      </div>
      {error !== null && <Notice tone="error" {...describeError(error)} />}
      {shown.length > 0 ? (
        <Lines lines={shown} />
      ) : (
        <div className="empty">
          {loaded ? (
            level === 'info' ? (
              'Nothing to report. Problems and notices would be listed here.'
            ) : (
              'None of these.'
            )
          ) : (
            <span className="spinner" />
          )}
        </div>
      )}
    </div>
  );
}
