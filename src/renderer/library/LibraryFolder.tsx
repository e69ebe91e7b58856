/** Where new recordings go, and choosing another folder; what went wrong with that, or with the list. */
import { useCallback, useEffect, useState } from 'react';
import type { LibraryInfo } from '../../shared/contract/library.ts';
import { FilePicker } from '../files/FilePicker.tsx';
import { tildePath } from '../lib/format.ts';
import { attempt } from '../store/actions.ts';
import { loadCatalog } from '../store/catalog.ts';
import { notify, useUi } from '../store/ui.ts';
import { call } from '../transport/index.ts';
import { Notice } from '../ui/Notice.tsx';

/** `recents`: looked at anew whenever the list is, which may have been put aside meanwhile. */
export function LibraryFolder({ recents }: { recents: unknown }) {
  const [info, setInfo] = useState<LibraryInfo | null>(null);
  const [picking, setPicking] = useState(false);
  const home = useUi((s) => s.info?.home ?? '');
  const connected = useUi((s) => s.connection === 'open');
  const load = useCallback((): Promise<boolean> => attempt(async () => setInfo(await call('library.info', {}))), []);
  useEffect(() => {
    if (connected) void load();
  }, [connected, recents, load]);
  if (info === null) return <div className="library__folder" />;
  const choose = (path: string | null) =>
    void attempt(async () => {
      const now = await call('library.setFolder', { path });
      setInfo(now);
      notify(`New recordings go to ${tildePath(now.folder, home)}`);
      await loadCatalog('recents');
    });
  return (
    <>
      <div className="library__folder small muted" data-testid="library-folder">
        <span className="ellipsis" title={info.folder}>
          New recordings go to {tildePath(info.folder, home)}
        </span>
        <button type="button" className="link" data-testid="library-folder-change" onClick={() => setPicking(true)}>
          Change…
        </button>
        {info.chosen !== null && (
          <button type="button" className="link" data-testid="library-folder-own" onClick={() => choose(null)}>
            Use gilscope’s own
          </button>
        )}
      </div>
      {info.problem !== null && <Notice tone="warn" message={info.problem} remedy={null} />}
      {info.setAside !== null && (
        <Notice
          tone="warn"
          message={`The list of recordings was damaged. It was put aside as ${info.setAside} and made anew from the files`}
          remedy="Names, notes and tags may be found in there"
        />
      )}
      {picking && (
        <FilePicker
          title="Choose a folder for new recordings"
          mode="folder"
          folder={info.chosen !== null && info.problem === null ? info.chosen : home}
          onClose={() => setPicking(false)}
          onPick={(path) => {
            setPicking(false);
            choose(path);
          }}
        />
      )}
    </>
  );
}
