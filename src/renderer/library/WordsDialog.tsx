/** What the user says of a recording: its name, tags and a note; and what is known of it beside that. */
import { useId, useState, type SubmitEvent } from 'react';
import type { Words } from '../../shared/contract/arguments.ts';
import type { Recent } from '../../shared/contract/types.ts';
import { formatPercent, formatS, tildePath } from '../lib/format.ts';
import { useUi } from '../store/ui.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { editRecent } from './recents.ts';
import { TagsField } from './TagsField.tsx';

const share = (part: number | null): string => (part === null ? '–' : formatPercent(part));

function Facts({ recent }: { recent: Recent }) {
  const home = useUi((s) => s.info?.home ?? '');
  const { command, created, wallS, threads, held, contended, verdict, path } = recent;
  const facts: [string, string][] = [
    ['Command', command.length > 0 ? command.join(' ') : '–'],
    ['Recorded', new Date(created).toLocaleString()],
    ['Figures', `${formatS(wallS)}, ${threads ?? '–'} threads, GIL held ${share(held)}, contended ${share(contended)}`],
    ['Verdict', verdict ?? '–'],
    ['File', tildePath(path, home)],
  ];
  return (
    <dl className="words__facts small">
      {facts.map(([term, text]) => (
        <div key={term}>
          <dt className="muted">{term}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

export function WordsDialog({ recent, onClose }: { recent: Recent; onClose: () => void }) {
  const [said, setSaid] = useState<Words>({ name: recent.name, note: recent.note, tags: recent.tags });
  const [saving, setSaving] = useState(false);
  const form = useId();
  const patch = (more: Partial<Words>) => setSaid((before) => ({ ...before, ...more }));
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    setSaving(true);
    const name = said.name?.trim() ?? '';
    const kept = await editRecent(recent.path, { ...said, name: name === '' ? null : name });
    setSaving(false);
    if (kept) onClose();
  };
  return (
    <Dialog
      title="Name, tags and note"
      width={560}
      onClose={onClose}
      testId="words"
      footer={
        <>
          <button type="button" className="btn" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" form={form} className="btn btn--primary" data-testid="words-save" disabled={saving}>
            Save
          </button>
        </>
      }
    >
      <form id={form} className="words" onSubmit={(event) => void save(event)}>
        <label className="field">
          <span className="field__label">Name</span>
          <input
            className="input"
            data-autofocus=""
            data-testid="words-name"
            maxLength={200}
            placeholder={recent.title}
            value={said.name ?? ''}
            onFocus={(event) => event.target.select()}
            onChange={(event) => patch({ name: event.target.value })}
          />
        </label>
        <TagsField tags={said.tags} onChange={(tags) => patch({ tags })} />
        <label className="field">
          <span className="field__label">Note</span>
          <textarea
            className="input words__note"
            data-testid="words-note"
            maxLength={10_000}
            rows={4}
            value={said.note}
            onChange={(event) => patch({ note: event.target.value })}
          />
        </label>
      </form>
      <Facts recent={recent} />
    </Dialog>
  );
}
