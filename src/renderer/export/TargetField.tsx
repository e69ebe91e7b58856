/** The path an export is written to, on the machine where the engine runs. */
import { useState } from 'react';
import { FilePicker } from '../files/FilePicker.tsx';
import { baseName, dirName } from '../lib/format.ts';
import { useUi } from '../store/ui.ts';
import { Field } from '../ui/Field.tsx';
import { isFolder, type Wanted } from './formats.ts';

interface Props {
  wanted: Wanted;
  path: string;
  onChange: (path: string) => void;
}

export function TargetField({ wanted, path, onChange }: Props) {
  const [picking, setPicking] = useState(false);
  const info = useUi((s) => s.info);
  const folder = isFolder(wanted);
  // A page may come through a tunnel: its files are elsewhere than the browser's.
  const where = info?.shell === 'server' ? `On ${info.host}, where gilscope runs.` : undefined;
  return (
    <Field label={folder ? 'Write to folder' : 'Write to'} hint={where}>
      <div className="row">
        <input
          className="input input--mono"
          aria-label={folder ? 'Write to folder' : 'Write to'}
          data-testid="export-path"
          spellCheck={false}
          value={path}
          title={path}
          onChange={(event) => onChange(event.target.value)}
        />
        <button type="button" className="btn" data-testid="export-browse" onClick={() => setPicking(true)}>
          Browse…
        </button>
      </div>
      {picking && (
        <FilePicker
          title={folder ? 'Export into the folder' : 'Export as'}
          mode="save"
          {...(folder ? {} : { suffix: wanted.format.suffix })}
          folder={dirName(path)}
          name={baseName(path)}
          onClose={() => setPicking(false)}
          onPick={(picked) => {
            setPicking(false);
            onChange(picked);
          }}
        />
      )}
    </Field>
  );
}
