/** Format, time, threads and place of an export. The engine's refusal is shown in place; once it has begun, ExportNotes.tsx tells how far it is. */
import { useMemo, useState } from 'react';
import type { ExportFormatInfo } from '../../shared/contract/exports.ts';
import type { SessionInfo } from '../../shared/contract/types.ts';
import { baseName, count, dirName } from '../lib/format.ts';
import { startExport } from '../store/exports.ts';
import { useSettings } from '../store/settings.ts';
import { useUi } from '../store/ui.ts';
import type { ViewState } from '../store/view.ts';
import { asSentence, describeError, isCancelled } from '../transport/index.ts';
import { Confirm, Dialog } from '../ui/Dialog.tsx';
import { Notice } from '../ui/Notice.tsx';
import { FormatList } from './FormatList.tsx';
import { missing, proposedStem, withEnding, isFolder, type Holdings, type Wanted } from './formats.ts';
import { RangeChoice } from './RangeChoice.tsx';
import { branchesOf, chosenOf, rangesOf, scopeOf, type LeftOut, type RangeKind } from './scope.ts';
import { standsAt } from './target.ts';
import { TargetField } from './TargetField.tsx';
import { ThreadChoice } from './ThreadChoice.tsx';

/** What is exported, and as what it can be. */
export interface Subject {
  session: SessionInfo;
  view: Pick<ViewState, 'selection' | 'range'>;
  formats: readonly ExportFormatInfo[];
  holdings: Holdings;
}

/** The one chosen last, if this session can fill it. */
function firstFormat(formats: readonly ExportFormatInfo[], holdings: Holdings, last: string | undefined) {
  const can = formats.filter((format) => missing(format, holdings) === null);
  return can.find(({ id }) => id === last) ?? can[0] ?? formats[0];
}

function Tables({ wanted, onChange }: { wanted: Wanted; onChange: (table: string | null) => void }) {
  const { tables } = wanted.format;
  const chosen = tables.find(({ name }) => name === wanted.table);
  return (
    <label className="field">
      <span className="field__label">Tables</span>
      <select
        className="input"
        data-testid="export-table"
        value={wanted.table ?? ''}
        onChange={(event) => onChange(event.target.value === '' ? null : event.target.value)}
      >
        <option value="">All {count(tables.length, 'table')}, in a folder</option>
        {tables.map(({ name }) => (
          <option key={name} value={name}>
            Only {name}
          </option>
        ))}
      </select>
      <span className="field__hint">{asSentence(chosen?.description ?? 'One file for each table.')}</span>
    </label>
  );
}

/** What is wanted and where to; another format keeps the name and changes its ending. */
function useTarget({ session, formats, holdings }: Subject) {
  const { lastExport, lastFolder } = useSettings((s) => s.settings);
  const cwd = useUi((s) => s.info?.cwd ?? '/');
  const [state, setState] = useState(() => {
    const wanted: Wanted = { format: firstFormat(formats, holdings, lastExport?.format), table: null };
    const folder = lastExport?.folder ?? lastFolder ?? cwd;
    const stem = `${folder.replace(/\/$/, '')}/${proposedStem(session)}`;
    return { wanted, path: withEnding(stem, null, wanted) };
  });
  const want = (wanted: Wanted) => setState((s) => ({ wanted, path: withEnding(s.path, s.wanted, wanted) }));
  return { ...state, want, setPath: (path: string) => setState((s) => ({ ...s, path })) };
}

export function ExportForm({ subject, onClose }: { subject: Subject; onClose: () => void }) {
  const { session, view, formats, holdings } = subject;
  const { wanted, path, want, setPath } = useTarget(subject);
  const [rangeKind, setRangeKind] = useState<RangeKind>('whole');
  const [leftOut, setLeftOut] = useState<LeftOut>(new Set());
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [replacing, setReplacing] = useState(false);
  const branches = useMemo(() => branchesOf(session), [session]);
  const ranges = rangesOf(session.endNs, view);
  const none = branches.length > 0 && branches.every((branch) => chosenOf(branch, leftOut) === 0);
  const folder = isFolder(wanted);

  const start = async (overwrite: boolean) => {
    const { format, table } = wanted;
    const scope = scopeOf(branches, leftOut, rangeKind === 'whole' ? null : ranges[rangeKind]);
    const only = table === null ? {} : { table };
    await startExport({ id: session.id, format: format.id, path: path.trim(), scope, overwrite, ...only });
    useSettings.getState().patch({ lastExport: { format: format.id, folder: dirName(path.trim()) } });
    onClose();
  };
  const attempt = (action: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    action()
      .catch((failure: unknown) => {
        if (!isCancelled(failure)) setError(failure);
      })
      .finally(() => setBusy(false));
  };
  const submit = () =>
    attempt(async () => {
      const there = await standsAt(path.trim());
      // A folder where a file should be, or a file where a folder should be, is refused by the engine, with what to do.
      if (there !== null && (there.kind === 'folder') === folder) setReplacing(true);
      else await start(false);
    });
  return (
    <>
      <Dialog
        title={`Export ${session.title}`}
        width={920}
        testId="export"
        onClose={onClose}
        footer={
          <>
            {none && <span className="field__error export__none">Choose at least one thread.</span>}
            <button type="button" className="btn" onClick={onClose}>
              Cancel
            </button>
            <button
              type="submit"
              form="export-form"
              className="btn btn--primary"
              data-testid="export-start"
              disabled={busy || none || path.trim() === ''}
            >
              Export
            </button>
          </>
        }
      >
        <form
          id="export-form"
          className="export"
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <FormatList
            formats={formats}
            holdings={holdings}
            chosen={wanted.format}
            onChoose={(format) => want({ format, table: null })}
          />
          <div className="export__what">
            {wanted.format.tables.length > 0 && (
              <Tables wanted={wanted} onChange={(table) => want({ ...wanted, table })} />
            )}
            <RangeChoice session={session} ranges={ranges} chosen={rangeKind} onChoose={setRangeKind} />
            {(branches.length > 1 || (branches[0]?.threads.length ?? 0) > 1) && (
              <ThreadChoice branches={branches} leftOut={leftOut} onChange={setLeftOut} />
            )}
          </div>
          <div className="export__where">
            <TargetField wanted={wanted} path={path} onChange={setPath} />
            {error !== null && <Notice tone="error" testId="export-error" {...describeError(error)} />}
          </div>
        </form>
      </Dialog>
      {replacing && (
        <Confirm
          title={`Replace ${baseName(path.trim())}?`}
          text={
            <p>
              {folder
                ? 'A folder of this name is there already. If it holds nothing but an earlier export, that is replaced when this one is whole, not before; else it is left alone.'
                : 'A file of this name is there already. It is replaced when the export is whole, not before.'}
            </p>
          }
          confirm="Replace"
          onConfirm={() => attempt(() => start(true))}
          onClose={() => setReplacing(false)}
        />
      )}
    </>
  );
}
