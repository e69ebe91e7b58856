/** The shown session: what is wrong with it, the timeline, the panels. */
import { useSession } from '../store/sessions.ts';
import { useSettings } from '../store/settings.ts';
import { LookFor } from '../gallery/LookFor.tsx';
import { Timeline } from '../timeline/index.tsx';
import { PanelArea } from '../panels/PanelArea.tsx';
import { Splitter } from '../ui/Splitter.tsx';
import { useSize } from '../ui/useSize.ts';
import { FailedLaunch } from './FailedLaunch.tsx';
import { ReadingStrip } from './ReadingStrip.tsx';
import { SessionBanners } from './SessionBanners.tsx';
import './session.css';

const LEAST_PANEL_PX = 120;
const LEAST_TIMELINE_PX = 180;

export function SessionPage({ sessionId }: { sessionId: string }) {
  const session = useSession(sessionId);
  const [ref, size] = useSize();
  const wanted = useSettings((s) => s.settings.panelHeight);
  const patch = useSettings((s) => s.patch);
  if (session === null) return null;
  const most = Math.max(LEAST_PANEL_PX, (size?.height ?? 800) - LEAST_TIMELINE_PX);
  const height = Math.max(LEAST_PANEL_PX, Math.min(wanted, most));
  return (
    <div className="session" ref={ref}>
      {session.progress !== null && <ReadingStrip session={session} progress={session.progress} />}
      <SessionBanners session={session} />
      <LookFor id={session.id} commands={[session.command]} />
      <div className="session__timeline">
        {session.state === 'failed' ? <FailedLaunch session={session} /> : <Timeline sessionId={sessionId} />}
        {session.state === 'starting' && (
          <div className="session__starting" role="status">
            <span className="spinner" />
            <span>
              {session.kind === 'attach' ? 'Entering' : 'Waiting for Python to start'}{' '}
              <span className="mono">{session.title}</span>
            </span>
          </div>
        )}
      </div>
      <Splitter
        size={height}
        min={LEAST_PANEL_PX}
        max={most}
        label="Height of the panels"
        onResize={(panelHeight) => patch({ panelHeight })}
      />
      <div className="session__panels" style={{ height }}>
        <PanelArea session={session} />
      </div>
    </div>
  );
}
