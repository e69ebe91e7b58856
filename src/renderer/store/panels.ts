/** The panels under the timeline, in the order of their tabs and of Ctrl+1, Ctrl+2, ... */
export const PANELS = [
  { id: 'summary', label: 'Summary' },
  { id: 'threads', label: 'Threads' },
  { id: 'blame', label: 'Blame' },
  { id: 'functions', label: 'Functions' },
  { id: 'refcounts', label: 'Refcounts' },
  { id: 'terminal', label: 'Terminal' },
  { id: 'log', label: 'Log' },
] as const;
export type PanelId = (typeof PANELS)[number]['id'];

export const panelOf = (text: string): PanelId => PANELS.find((panel) => panel.id === text)?.id ?? 'summary';
