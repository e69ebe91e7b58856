/** The first screen: teaches in one sentence, launches with one button. */
import { useEffect, useState } from 'react';
import { OpenButton } from '../files/OpenButton.tsx';
import { RecentRow } from '../library/RecentRow.tsx';
import { sortRecents, useRecents } from '../library/recents.ts';
import { chosenInterpreter } from '../../shared/interpreters.ts';
import { group } from '../lib/format.ts';
import { loadCatalog, useCatalog } from '../store/catalog.ts';
import { useSettings } from '../store/settings.ts';
import { useUi } from '../store/ui.ts';
import { describeError } from '../transport/index.ts';
import { Notice } from '../ui/Notice.tsx';
import { RunningList } from '../attach/RunningList.tsx';
import { Gallery } from '../gallery/Gallery.tsx';
import { useFormStore } from './formStore.ts';
import { LaunchCard } from './LaunchCard.tsx';
import './start.css';

const SHOWN_RECENTS = 6;

/** Fills the form: a draft someone sent here, else the last launch. */
function useForm() {
  const form = useFormStore((s) => s.form);
  const draft = useUi((s) => s.draft);
  const cwd = useUi((s) => s.info?.cwd ?? null);
  const { loaded, settings } = useSettings();
  useEffect(() => {
    if (!loaded || cwd === null) return;
    const { begin, fill } = useFormStore.getState();
    begin(settings.lastLaunch, cwd);
    if (draft === null) return;
    fill(draft);
    useUi.setState({ draft: null });
  }, [loaded, settings.lastLaunch, cwd, draft]);
  return form;
}

function Recents() {
  const recents = useRecents();
  const go = useUi((s) => s.go);
  const [now] = useState(() => new Date());
  const newest = sortRecents(recents.items, { key: 'created', descending: true }).slice(0, SHOWN_RECENTS);
  return (
    <section className="recents" aria-label="Recent recordings">
      <div className="start__head">
        <h2>Recent recordings</h2>
        {recents.items.length > SHOWN_RECENTS && (
          <button type="button" className="link" onClick={() => go('library')}>
            All {group(recents.items.length)} in the Library
          </button>
        )}
        <span style={{ marginLeft: 'auto' }}>
          <OpenButton />
        </span>
      </div>
      {recents.status === 'failed' && <Notice tone="error" {...describeError(recents.error)} />}
      {newest.map((recent, i) => (
        <RecentRow key={recent.path} recent={recent} index={i} now={now} />
      ))}
      {recents.status === 'ready' && newest.length === 0 && (
        <p className="muted recents__none">Nothing recorded yet. What you record is kept and appears here.</p>
      )}
    </section>
  );
}

export function StartPage() {
  const form = useForm();
  const interpreters = useCatalog((s) => s.interpreters.items);
  const connected = useUi((s) => s.connection === 'open');
  const waiting = useUi((s) => s.connection === 'open' || s.connection === 'connecting');
  // Two lists of the same would look at the machine twice.
  const attaching = useUi((s) => s.attaching);
  useEffect(() => {
    if (!connected) return;
    void loadCatalog('interpreters');
    void loadCatalog('examples');
  }, [connected]);
  return (
    <div className="start" data-testid="start">
      <div className="start__inner">
        <div className="start__hero">
          <h1>See which thread holds the GIL, who waits for it, and for whom</h1>
          <p className="muted">
            Only one thread of a Python interpreter runs bytecode at a time. Launch a program or attach to one that
            runs, and watch its threads take turns, live and exactly; nothing in it has to be changed.
          </p>
        </div>
        <div className="start__columns">
          <section className="start__launch card">
            {form === null ? (
              <div className="empty">{waiting ? <span className="spinner" /> : 'Not connected to gilscope.'}</div>
            ) : (
              <LaunchCard form={form} />
            )}
          </section>
          <section className="start__running" aria-labelledby="start-running">
            <div className="start__head">
              <h2 id="start-running">Or attach to a running Python program</h2>
            </div>
            {!attaching && <RunningList />}
          </section>
        </div>
        <Recents />
        <Gallery python={chosenInterpreter(interpreters, form?.python)} />
      </div>
    </div>
  );
}
