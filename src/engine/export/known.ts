/** A format by its name, or what to say. Used by exports.ts and cli/export.ts. */
import { FORMATS, formatOf, type ExportFormat } from '../../shared/export/formats.ts';
import { UserError } from '../errors.ts';

export function knownFormat(id: string): ExportFormat {
  const format = formatOf(id);
  if (format !== null) return format;
  const ids = FORMATS.map((one) => one.id).join(', ');
  throw new UserError('bad-argument', `there is no format ${JSON.stringify(id)}`, `choose one of ${ids}`);
}
