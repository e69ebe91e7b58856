/** Which session is shown: title, pid, facts; opens the list of all open ones. */
import { useRef, useState } from 'react';
import type { SessionInfo } from '../../shared/contract/types.ts';
import { Term, TermTip } from '../help/Term.tsx';
import { formatNs, formatSetting } from '../lib/format.ts';
import { attachedText, sessionFacts, stateLabel } from '../../shared/provenance.ts';
import { closeSession, showSession } from '../store/actions.ts';
import { useSessions } from '../store/sessions.ts';
import { ChevronIcon, CloseIcon } from '../ui/icons.tsx';
import { walkFocus } from '../ui/Menu.tsx';
import { Popover } from '../ui/Popover.tsx';
import { Tooltip } from '../ui/Tooltip.tsx';
import { IntervalPopover } from './IntervalPopover.tsx';

const DOT = { good: 'dot--good', plain: '', bad: 'dot--bad' } as const;

function StateDot({ session }: { session: SessionInfo }) {
  const { tone, text } = stateLabel(session);
  const live = session.state === 'recording' ? 'live' : '';
  return <span className={`dot dot--round ${DOT[tone]} ${live}`} role="img" aria-label={text} title={text} />;
}

function SessionList({ onDone }: { onDone: () => void }) {
  const order = useSessions((s) => s.order);
  const byId = useSessions((s) => s.byId);
  const currentId = useSessions((s) => s.currentId);
  return (
    <div className="sessions" onKeyDown={(event) => walkFocus(event, '.sessions__pick')}>
      {order.map((id) => {
        const session = byId[id];
        return (
          <div key={id} className={id === currentId ? 'sessions__row sessions__row--current' : 'sessions__row'}>
            <button
              type="button"
              className="sessions__pick"
              data-autofocus={id === currentId ? '' : undefined}
              onClick={() => {
                showSession(id);
                onDone();
              }}
            >
              <StateDot session={session} />
              <span>
                <div className="ellipsis">{session.title}</div>
                <div className="small muted ellipsis">
                  {[stateLabel(session).text, formatNs(session.endNs), ...sessionFacts(session)].join(' · ')}
                </div>
              </span>
            </button>
            <button
              type="button"
              className="btn btn--ghost btn--icon btn--small"
              aria-label={`Close ${session.title}`}
              title={
                session.alive ? 'Close; the program goes on unrecorded' : 'Close; the recording stays in the library'
              }
              onClick={() => void closeSession(id)}
            >
              <CloseIcon size={14} />
            </button>
          </div>
        );
      })}
    </div>
  );
}

const WAY = {
  ptrace: 'Entered through the kernel (ptrace): no debugger, no change to the program.',
  remote_exec: 'Entered through the interpreter’s own door (sys.remote_exec).',
} as const;

/** How the program was entered, and what that cost it. */
function Attached({ session }: { session: SessionInfo }) {
  const { attached } = session;
  if (attached === null) return null;
  const { way, stoppedUs, totalUs } = attached;
  return (
    <Tooltip
      className="chip__attached"
      text={
        <>
          {WAY[way]}
          {stoppedUs !== null && ` One thread stood still for ${formatNs(stoppedUs * 1000)}; the others ran on.`}
          {totalUs !== null && ` Attaching took ${formatNs(totalUs * 1000)} in all.`}
        </>
      }
    >
      <span className="ellipsis" tabIndex={0} data-testid="attached">
        {attachedText(session)}
      </span>
    </Tooltip>
  );
}

export function SessionChip({ session }: { session: SessionInfo }) {
  const chip = useRef<HTMLDivElement>(null);
  const interval = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState<'list' | 'interval' | null>(null);
  const process = session.processes[0];
  const facts = sessionFacts(session);
  // Once detached the state says so.
  const attached = session.attached !== null && session.state === 'recording';
  const switchInterval = process?.switchIntervalS ?? null;
  const adjustable = session.state === 'recording' && session.alive;
  return (
    <div ref={chip} className="chip" data-testid="session-chip">
      <button
        type="button"
        className="chip__title"
        aria-haspopup="dialog"
        aria-expanded={open === 'list'}
        data-testid="session-switcher"
        onClick={() => setOpen(open === 'list' ? null : 'list')}
      >
        <StateDot session={session} />
        <span className="ellipsis">{session.title}</span>
        {process !== undefined && <span className="muted chip__pid">· pid {process.pid}</span>}
        <ChevronIcon size={13} />
      </button>
      <div className="chip__facts">
        {attached && (
          <>
            <Attached session={session} />
            <span className="hide-narrow">&nbsp;·&nbsp;</span>
          </>
        )}
        <span className={attached ? 'ellipsis hide-narrow' : 'ellipsis'}>
          {session.state === 'recording' ? facts.join(' · ') : [stateLabel(session).text, ...facts].join(' · ')}
        </span>
        {switchInterval !== null && (
          <>
            <span>&nbsp;·&nbsp;</span>
            {adjustable ? (
              <TermTip word="switch-interval" lead="Change it while the program runs">
                <button
                  ref={interval}
                  type="button"
                  className="chip__interval"
                  aria-haspopup="dialog"
                  aria-expanded={open === 'interval'}
                  data-testid="switch-interval"
                  onClick={() => setOpen(open === 'interval' ? null : 'interval')}
                >
                  switch interval {formatSetting(switchInterval)}
                </button>
              </TermTip>
            ) : (
              <Term word="switch-interval">
                <span data-testid="switch-interval">switch interval {formatSetting(switchInterval)}</span>
              </Term>
            )}
          </>
        )}
      </div>
      {open === 'list' && (
        <Popover anchor={chip} label="Open sessions" onClose={() => setOpen(null)}>
          <SessionList onDone={() => setOpen(null)} />
        </Popover>
      )}
      {open === 'interval' && switchInterval !== null && (
        <Popover anchor={interval} label="Switch interval" onClose={() => setOpen(null)}>
          <IntervalPopover session={session} current={switchInterval} />
        </Popover>
      )}
    </div>
  );
}
