/**
 * The program's own terminal. What it has shown so far is replayed, then followed; what is typed goes to the program.
 * Stays mounted while another panel is looked at, so that scroll position and selection are kept.
 */
import type { Terminal } from '@xterm/xterm';
import { useEffect, useRef } from 'react';
import type { SessionInfo } from '../../../shared/contract/types.ts';
import { endingOf } from '../../../shared/provenance.ts';
import { notifyError, useUi } from '../../store/ui.ts';
import { useTheme } from '../../theme/theme.ts';
import { call, isCancelled, subscribe } from '../../transport/index.ts';
import { makeTerminal, setInteractive, setTerminalTheme, type TerminalBox } from './xterm.ts';
import './terminal.css';

const CUT = '\x1b[2m(the beginning is no longer kept)\x1b[0m\r\n';
const report = (error: unknown) => {
  if (!isCancelled(error)) notifyError(error);
};

/**
 * Shows the replay, then what is pushed. Everything pushed before the replay's answer is in it already, because both come in
 * order over one connection. While it is parsed, the terminal's own answers to queries must not reach the program again.
 */
function follow(terminal: Terminal, id: string): { ready: () => boolean; stop: () => void } {
  const abort = new AbortController();
  let live = false;
  const stopPushes = subscribe((name, push) => {
    if (name !== 'terminal.data' || !('bytes' in push) || push.id !== id || !live) return;
    terminal.write(push.bytes);
  });
  let parsed = false;
  call('terminal.replay', { id }, { signal: abort.signal }).then(({ bytes, truncated }) => {
    live = true;
    terminal.reset();
    if (truncated) terminal.write(CUT);
    terminal.write(bytes, () => (parsed = true));
  }, report);
  const stop = () => {
    abort.abort();
    stopPushes();
  };
  return { ready: () => parsed, stop };
}

/** Keystrokes in the order typed: one call at a time, what is typed meanwhile goes with the next. */
function typist(id: string): (data: string) => void {
  let pending = '';
  let busy = false;
  const send = async () => {
    busy = true;
    while (pending !== '') {
      const data = pending;
      pending = '';
      await call('terminal.write', { id, data }).catch(report);
    }
    busy = false;
  };
  return (data) => {
    pending += data;
    if (!busy) void send();
  };
}

/** Keys that leave the terminal, so that the keyboard is not caught in it; everything else is the program's. */
function leavesTerminal(event: KeyboardEvent): boolean {
  const mod = event.ctrlKey || event.metaKey;
  return mod && !event.altKey && !event.shiftKey && /^[1-9]$/.test(event.key);
}

function useTerminal(session: SessionInfo, visible: boolean, interactive: boolean) {
  const host = useRef<HTMLDivElement>(null);
  const box = useRef<TerminalBox | null>(null);
  const allowed = useRef(interactive);
  const theme = useTheme();
  const connected = useUi((s) => s.connection === 'open');
  const { id } = session;
  const startTheme = useRef(theme);

  useEffect(() => {
    allowed.current = interactive;
    const terminal = box.current?.terminal;
    if (terminal !== undefined) setInteractive(terminal, interactive);
  }, [interactive]);

  useEffect(() => {
    if (host.current === null || !connected) return;
    const made = makeTerminal(host.current, startTheme.current);
    const { terminal } = made;
    box.current = made;
    setInteractive(terminal, allowed.current);
    terminal.attachCustomKeyEventHandler((event) => !leavesTerminal(event));
    const { ready, stop } = follow(terminal, id);
    const type = typist(id);
    terminal.onData((data) => {
      if (ready() && allowed.current) type(data);
    });
    terminal.onResize(({ cols, rows }) => {
      if (allowed.current) call('terminal.resize', { id, cols, rows }).catch(() => undefined);
    });
    return () => {
      stop();
      terminal.dispose();
      box.current = null;
    };
  }, [id, connected]);

  useEffect(() => {
    startTheme.current = theme;
    if (box.current !== null) setTerminalTheme(box.current.terminal, theme);
  }, [theme]);

  useEffect(() => {
    if (!visible || host.current === null) return;
    const fit = () => {
      if (host.current !== null && host.current.clientHeight > 20) box.current?.fit.fit();
    };
    const observer = new ResizeObserver(fit);
    observer.observe(host.current);
    // The grid is measured with the font; until it is there the measure is another font's.
    void document.fonts.load('12px "JetBrains Mono Variable"').then(fit);
    return () => observer.disconnect();
  }, [visible, connected]);

  return host;
}

function statusOf(session: SessionInfo): { text: string; tone: 'plain' | 'bad' } | null {
  if (session.terminal === 'none') return { text: 'This session has no terminal.', tone: 'plain' };
  if (!session.alive) {
    const ending = endingOf(session.processes[0]);
    if (session.kind === 'attach' && ending === null) return null;
    const tone = ending === null || ending === 'exit 0' ? 'plain' : 'bad';
    return {
      text: ending === null ? 'The program is not running any more.' : `The program has ended: ${ending}.`,
      tone,
    };
  }
  if (session.terminal === 'pipe') {
    return {
      text: 'Plain pipes instead of a terminal (node-pty is not installed): the program sees no tty, and each line goes to it on Enter.',
      tone: 'plain',
    };
  }
  if (session.state === 'stopped') return { text: 'Recording has stopped; the program goes on.', tone: 'plain' };
  return null;
}

export function TerminalPanel({ session, visible }: { session: SessionInfo; visible: boolean }) {
  const interactive = session.alive && session.terminal !== 'none';
  const host = useTerminal(session, visible, interactive);
  const status = statusOf(session);
  return (
    <div className="terminal" hidden={!visible} data-testid="terminal" data-interactive={interactive}>
      <div ref={host} className="terminal__host" />
      {status !== null && (
        <div className="terminal__status small" role="status" data-testid="terminal-status">
          <span className={status.tone === 'bad' ? 'dot dot--round dot--bad' : 'dot dot--round'} />
          {status.text}
        </div>
      )}
    </div>
  );
}
