/** Tabs, the range all panels answer for, and the chosen panel. Used by app/SessionPage.tsx. */
import { useState, type KeyboardEvent } from 'react';
import type { SessionInfo } from '../../shared/contract/types.ts';
import { formatNs } from '../lib/format.ts';
import { PANELS, panelOf, type PanelId } from '../store/panels.ts';
import { useSettings } from '../store/settings.ts';
import { useStats } from '../store/stats.ts';
import { useView } from '../store/view.ts';
import { describeError } from '../transport/index.ts';
import { CloseIcon } from '../ui/icons.tsx';
import { Notice } from '../ui/Notice.tsx';
import { BlamePanel } from './blame/BlamePanel.tsx';
import { FunctionsPanel } from './functions/FunctionsPanel.tsx';
import { LogPanel } from './log/LogPanel.tsx';
import { RefcountsPanel } from './refcounts/RefcountsPanel.tsx';
import { SummaryPanel } from './summary/SummaryPanel.tsx';
import { TerminalPanel } from './terminal/TerminalPanel.tsx';
import { ThreadsPanel } from './threads/ThreadsPanel.tsx';
import './panels.css';

function Tabs({ current, onPick }: { current: PanelId; onPick: (id: PanelId) => void }) {
  const walk = (event: KeyboardEvent<HTMLElement>) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const at = PANELS.findIndex((panel) => panel.id === current);
    const next = PANELS[(at + step + PANELS.length) % PANELS.length];
    onPick(next.id);
    event.currentTarget.querySelector<HTMLElement>(`#tab-${next.id}`)?.focus();
  };
  return (
    <div className="tabs" role="tablist" aria-label="Panels" onKeyDown={walk}>
      {PANELS.map(({ id, label }) => (
        <button
          key={id}
          id={`tab-${id}`}
          type="button"
          role="tab"
          className="tabs__tab"
          aria-selected={id === current}
          aria-controls="panel"
          tabIndex={id === current ? 0 : -1}
          data-testid={`tab-${id}`}
          onClick={() => onPick(id)}
        >
          {label}
        </button>
      ))}
    </div>
  );
}

/** What the figures are of, and the way back to all of it. */
function RangeText({ session }: { session: SessionInfo }) {
  const selection = useView(session.id, (view) => view.selection);
  const select = useView(session.id, (view) => view.select);
  if (selection === null) {
    return (
      <div className="range muted" data-testid="range">
        whole session · {formatNs(session.endNs)}
        <span className="hide-tight"> — drag on the timeline to narrow</span>
      </div>
    );
  }
  return (
    <div className="range range--selected" data-testid="range">
      <span>
        selected {formatNs(selection.end - selection.start)} <span className="muted">of {formatNs(session.endNs)}</span>
      </span>
      <button
        type="button"
        className="btn btn--ghost btn--icon btn--small"
        aria-label="Clear the selected range"
        title="Clear the range (Esc)"
        data-testid="range-clear"
        onClick={() => select(null)}
      >
        <CloseIcon size={13} />
      </button>
    </div>
  );
}

/** The remembered tab; a failed launch shows its output first, until the user picks. */
function usePanel(session: SessionInfo): [PanelId, (id: PanelId) => void] {
  const remembered = panelOf(useSettings((s) => s.settings.panelTab));
  const patch = useSettings((s) => s.patch);
  const [picked, setPicked] = useState(false);
  const pick = (id: PanelId) => {
    setPicked(true);
    patch({ panelTab: id });
  };
  return [session.state === 'failed' && !picked ? 'terminal' : remembered, pick];
}

export function PanelArea({ session }: { session: SessionInfo }) {
  const [panel, pick] = usePanel(session);
  const [terminalSeen, setTerminalSeen] = useState(false);
  if (panel === 'terminal' && !terminalSeen) setTerminalSeen(true);
  const measured = session.state !== 'failed';
  const { stats, range, error } = useStats(session.id, measured && (panel === 'summary' || panel === 'threads'));
  return (
    <div className="panels">
      <div className="panels__bar">
        <Tabs current={panel} onPick={pick} />
        {measured && <RangeText session={session} />}
      </div>
      <div
        id="panel"
        className="panels__body"
        role="tabpanel"
        aria-labelledby={`tab-${panel}`}
        data-testid={`panel-${panel}`}
      >
        {error !== null && (panel === 'summary' || panel === 'threads') && (
          <div className="panels__error">
            <Notice tone="error" {...describeError(error)} />
          </div>
        )}
        {panel === 'summary' && <SummaryPanel session={session} stats={stats} />}
        {panel === 'threads' && <ThreadsPanel session={session} stats={stats} range={range} />}
        {panel === 'blame' && <BlamePanel key={session.id} session={session} />}
        {panel === 'functions' && <FunctionsPanel key={session.id} session={session} />}
        {panel === 'refcounts' && <RefcountsPanel session={session} />}
        {panel === 'log' && <LogPanel session={session} />}
        {terminalSeen && <TerminalPanel session={session} visible={panel === 'terminal'} />}
      </div>
    </div>
  );
}
