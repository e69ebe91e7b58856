/** What can be done to the shown session: stop recording, end the program, save. */
import { useState } from 'react';
import type { SessionInfo } from '../../shared/contract/types.ts';
import { dirName } from '../lib/format.ts';
import { attach, attempt, saveSession, signalSession, stopSession } from '../store/actions.ts';
import { askExport, canExport } from '../store/exports.ts';
import { useSettings } from '../store/settings.ts';
import { useUi } from '../store/ui.ts';
import { ChevronIcon, ExportIcon } from '../ui/icons.tsx';
import { Confirm } from '../ui/Dialog.tsx';
import { MenuButton } from '../ui/Menu.tsx';
import { Tooltip } from '../ui/Tooltip.tsx';
import { ExportView } from '../compare/figure/ExportFigure.tsx';
import { FilePicker } from '../files/FilePicker.tsx';
import { proposedStem } from '../export/formats.ts';
import { SESSION_SUFFIX } from '../files/OpenButton.tsx';
import { CompareWith } from './CompareWith.tsx';

const SIGNALS = [
  { signal: 'SIGINT', label: 'Interrupt', hint: 'Like Ctrl+C in a terminal' },
  { signal: 'SIGTERM', label: 'Terminate', hint: 'Asks the program to end' },
  { signal: 'SIGKILL', label: 'Kill', hint: 'Ends it at once; unsaved work of the program is lost' },
] as const;

/** A program that was attached to is somebody's own: ending it is asked for twice. */
function EndProgram({ session }: { session: SessionInfo }) {
  const [asked, setAsked] = useState<(typeof SIGNALS)[number] | null>(null);
  const send = ({ signal }: (typeof SIGNALS)[number]) => void signalSession(session.id, signal);
  return (
    <>
      <MenuButton
        label="End program"
        testId="end-program"
        items={SIGNALS.map((item) => ({
          id: item.signal.toLowerCase(),
          label: session.kind === 'launch' ? item.label : `${item.label}…`,
          hint: item.hint,
          danger: item.signal === 'SIGKILL',
          onPick: () => (session.kind === 'launch' ? send(item) : setAsked(item)),
        }))}
      >
        End<span className="hide-narrow"> program</span> <ChevronIcon size={13} />
      </MenuButton>
      {asked !== null && (
        <Confirm
          title={`${asked.label} a program that gilscope did not start?`}
          text={
            <p>
              <code>{session.title}</code> (pid {session.processes[0]?.pid ?? '?'}) ran before gilscope attached to it.{' '}
              {asked.signal} is sent to it. To leave it running, detach instead.
            </p>
          }
          confirm={asked.label}
          danger
          onConfirm={() => send(asked)}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  );
}

/** The program runs on unrecorded: another attach is another session. */
function AttachAgain({ session }: { session: SessionInfo }) {
  const [attaching, setAttaching] = useState(false);
  const pid = session.processes[0]?.pid;
  if (pid === undefined) return null;
  const again = () => {
    setAttaching(true);
    void attempt(() => attach(pid)).then(() => setAttaching(false));
  };
  return (
    <Tooltip text="Records the program from now on, in a new session.">
      <button
        type="button"
        className="btn btn--primary"
        data-testid="attach-again"
        disabled={attaching}
        onClick={again}
      >
        {attaching ? 'Attaching…' : 'Attach again'}
      </button>
    </Tooltip>
  );
}

export function SessionActions({ session }: { session: SessionInfo }) {
  const saving = useUi((s) => s.saving);
  const setSaving = (open: boolean) => useUi.setState({ saving: open });
  const [stopping, setStopping] = useState(false);
  const lastFolder = useSettings((s) => s.settings.lastFolder);
  const info = useUi((s) => s.info);
  const recording = session.state === 'recording' || session.state === 'starting';
  const ours = session.kind === 'launch';
  const stop = () => {
    setStopping(true);
    void stopSession(session.id).then(() => setStopping(false));
  };
  return (
    <>
      {canExport(session) && (
        <>
          <ExportView session={session} />
          {!recording && <CompareWith session={session} />}
          <button type="button" className="btn" data-testid="save-as" onClick={() => setSaving(true)}>
            Save as…
          </button>
          <button
            type="button"
            className="btn"
            aria-label="Export…"
            title="Export for other tools and other people (Ctrl+E)"
            data-testid="export-open"
            onClick={() => askExport(session.id)}
          >
            <ExportIcon />
            <span className="hide-narrow">Export…</span>
          </button>
        </>
      )}
      {session.alive && <EndProgram session={session} />}
      {session.alive && session.state === 'stopped' && <AttachAgain session={session} />}
      {recording && (
        <Tooltip text="Stops recording and detaches. The program goes on.">
          <button
            type="button"
            className={ours ? 'btn btn--stop' : 'btn btn--primary'}
            data-testid="stop"
            disabled={stopping}
            onClick={stop}
          >
            {ours ? (stopping ? 'Stopping…' : 'Stop') : stopping ? 'Detaching…' : 'Detach'}
          </button>
        </Tooltip>
      )}
      {saving && (
        <FilePicker
          title="Save the recording as"
          mode="save"
          suffix={SESSION_SUFFIX}
          folder={lastFolder ?? info?.cwd ?? '/'}
          name={proposedStem(session) + SESSION_SUFFIX}
          onClose={() => setSaving(false)}
          onPick={(path, overwrite) => {
            setSaving(false);
            useSettings.getState().patch({ lastFolder: dirName(path) });
            void saveSession(session.id, path, overwrite);
          }}
        />
      )}
    </>
  );
}
