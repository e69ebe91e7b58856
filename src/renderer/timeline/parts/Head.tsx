/** The two sticky rows over the lanes: overview with its frame, ruler; and the buttons that move the view. */
import { useRef, useState } from 'react';
import type { SessionInfo } from '../../../shared/contract/types.ts';
import { formatNs } from '../../lib/format.ts';
import { useSettings } from '../../store/settings.ts';
import { useView } from '../../store/view.ts';
import { Popover } from '../../ui/Popover.tsx';
import { FitIcon } from '../../ui/icons.tsx';
import type { TimelineController } from '../controller.ts';
import { isLive } from '../model/follow.ts';
import { CallsFilter } from './CallsFilter.tsx';
import { useShown } from './hooks.ts';
import { Legend } from './Legend.tsx';

interface Props {
  controller: TimelineController;
  session: SessionInfo;
}
interface HeadProps extends Props {
  /** Its buttons; without them it is one of several, and what is over them has the buttons. */
  tools: boolean;
}

/** Its `data-tl` elements are found by index.tsx and handed to the controller. */
export function Head({ controller, session, tools }: HeadProps) {
  const range = useShown(controller, (s) => s.range);
  const live = isLive(session);
  return (
    <>
      <div className="tl-overview">
        <div className="tl-head-label">
          <span className="tl-label__section">Overview</span>
          {tools && <Buttons controller={controller} session={session} />}
        </div>
        <div data-tl="overview" className="tl-overview__plot" data-testid="overview">
          <canvas
            data-tl="overview-canvas"
            role="img"
            aria-label="The whole session; the frame is what is shown below"
          />
          <div data-tl="frame" className="tl-frame" />
        </div>
      </div>
      <div className="tl-ruler">
        <div className="tl-head-label">
          <span className="ellipsis" data-testid="visible-span">
            {formatNs(range.end - range.start)} {tools ? `of ${formatNs(session.endNs)}` : 'shown'}
          </span>
          {tools && live && <FollowButton controller={controller} sessionId={session.id} />}
        </div>
        <div data-tl="ruler" className="tl-ruler__plot">
          <canvas data-tl="ruler-canvas" aria-hidden="true" />
        </div>
      </div>
    </>
  );
}

function FollowButton({ controller, sessionId }: { controller: TimelineController; sessionId: string }) {
  const follow = useView(sessionId, (v) => v.follow);
  const toggle = () => {
    controller.follow(!follow);
    useSettings.getState().patch({ follow: !follow });
  };
  return (
    <button
      type="button"
      className="tl-follow"
      data-testid="follow"
      aria-pressed={follow}
      title={follow ? 'The live edge is kept in view (F)' : 'Keep the live edge in view (F)'}
      onClick={toggle}
    >
      <i /> {follow ? 'Following' : 'Follow'}
    </button>
  );
}

function Buttons({ controller, session }: Props) {
  const help = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  return (
    <span className="tl-buttons">
      <CallsFilter session={session} />
      <button
        type="button"
        data-testid="zoom-out"
        title="Zoom out (S)"
        aria-label="Zoom out"
        onClick={() => controller.zoom(2, null, true)}
      >
        −
      </button>
      <button
        type="button"
        data-testid="zoom-in"
        title="Zoom in (W)"
        aria-label="Zoom in"
        onClick={() => controller.zoom(0.5, null, true)}
      >
        +
      </button>
      <button
        type="button"
        data-testid="zoom-fit"
        title="Show all (0)"
        aria-label="Show the whole session"
        onClick={() => controller.fit()}
      >
        <FitIcon />
      </button>
      <button
        ref={help}
        type="button"
        data-testid="legend"
        title="What the shapes mean, and all keys"
        aria-label="Legend and keys"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        ?
      </button>
      {open && (
        <Popover anchor={help} onClose={() => setOpen(false)} label="Legend and keys of the timeline">
          <Legend />
        </Popover>
      )}
    </span>
  );
}
