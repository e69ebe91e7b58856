/** All formats, by what reads them; each says in one sentence what it is for, or why it would be empty. */
import { useId } from 'react';
import type { ExportFormatInfo } from '../../shared/contract/exports.ts';
import { groupFormats, missing, type Holdings } from './formats.ts';

interface Props {
  formats: readonly ExportFormatInfo[];
  holdings: Holdings;
  chosen: ExportFormatInfo;
  onChoose: (format: ExportFormatInfo) => void;
}

export function FormatList({ formats, holdings, chosen, onChoose }: Props) {
  const id = useId();
  return (
    <div className="formats" role="radiogroup" aria-label="Format">
      {groupFormats(formats).map((group) => (
        <section key={group.title} role="group" aria-label={group.title}>
          <h3>{group.title}</h3>
          {group.formats.map((format) => {
            const why = missing(format, holdings);
            const isChosen = format.id === chosen.id;
            return (
              <label key={format.id} className="formats__item" data-off={why !== null || undefined}>
                <input
                  type="radio"
                  name={id}
                  aria-label={format.title}
                  aria-describedby={`${id}-${format.id}`}
                  data-testid={`format-${format.id}`}
                  data-autofocus={isChosen ? '' : undefined}
                  disabled={why !== null}
                  checked={isChosen}
                  onChange={() => onChoose(format)}
                />
                <span className="formats__text">
                  <span className="formats__title">
                    {format.title} <span className="mono small muted">{format.suffix}</span>
                  </span>
                  <span className="small muted" id={`${id}-${format.id}`}>
                    {why ?? format.description}
                  </span>
                </span>
              </label>
            );
          })}
        </section>
      ))}
    </div>
  );
}
