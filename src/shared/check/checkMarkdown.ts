/** The outcome of a check as Markdown, with the summary it is about. Used by src/cli/check.ts. */
import type { Summary } from '../contract/types.ts';
import { escaped, markdownTable } from '../export/md/escape.ts';
import { summaryMarkdown, type SummaryHead } from '../export/md/md.ts';
import { formatList, NO_FIGURE } from '../format.ts';
import { outcomeText, type Check, type CheckResult } from './check.ts';
import { formatValue } from './limits.ts';

const COLUMNS = [
  { title: 'metric' },
  ...['value', 'limit', 'beyond it by', ''].map((title) => ({ title, right: true })),
];

function row({ metric, which, bound, kind, value, limit, within, by, estimated }: CheckResult): string[] {
  return [
    which === null ? metric : `${metric} (${which})`,
    (value === null ? 'not known' : formatValue(kind, value)) + (estimated ? ' (estimated)' : ''),
    `${bound === 'max' ? 'at most' : 'at least'} ${formatValue(kind, limit)}`,
    by === null || within ? NO_FIGURE : formatValue(kind, by),
    within ? '✅' : '❌',
  ];
}

export function checkMarkdown(check: Check, summary: Summary, head: SummaryHead): string {
  const { results, refused, missing } = check;
  const parts = [
    `# gilscope: ${escaped(outcomeText(check))}\n`,
    results.length === 0 ? [] : markdownTable({ columns: COLUMNS, rows: results.map(row) }),
    refused === null ? [] : `❌ The verdict is \`${refused.kind}\`, which is not allowed.\n`,
    missing.length === 0 ? [] : `Not in the recording: ${formatList(missing.map((one) => escaped(one)))}\n`,
    summaryMarkdown(summary, head),
  ];
  return parts.flat().join('\n');
}
