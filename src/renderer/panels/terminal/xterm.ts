/** Makes the terminal: themed, and deaf to what a program's output must not do (open links, write the clipboard). */
import { FitAddon } from '@xterm/addon-fit';
import { Terminal, type ITheme } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import type { Theme } from '../../../shared/draw/colours.ts';

const THEMES: Record<Theme, ITheme> = {
  dark: {
    background: '#151a21',
    foreground: '#e7ebf1',
    cursor: '#f2b134',
    cursorAccent: '#151a21',
    selectionBackground: '#f2b13440',
    black: '#252d38',
    red: '#e5533d',
    green: '#3fb27f',
    yellow: '#e6b94a',
    blue: '#56b4e9',
    magenta: '#cc79a7',
    cyan: '#4fc1c0',
    white: '#c7cedb',
    brightBlack: '#6d7889',
    brightRed: '#f27c69',
    brightGreen: '#68cb9e',
    brightYellow: '#f2cf78',
    brightBlue: '#86caf1',
    brightMagenta: '#dd9fc2',
    brightCyan: '#82d7d6',
    brightWhite: '#ffffff',
  },
  light: {
    background: '#ffffff',
    foreground: '#1a2029',
    cursor: '#b87700',
    cursorAccent: '#ffffff',
    selectionBackground: '#b8770033',
    black: '#1a2029',
    red: '#c93a24',
    green: '#1b8a5a',
    yellow: '#8f5f00',
    blue: '#0f68a0',
    magenta: '#9c3f78',
    cyan: '#0d7f7e',
    white: '#6b7583',
    brightBlack: '#5c6675',
    brightRed: '#a82d1a',
    brightGreen: '#14704a',
    brightYellow: '#744d00',
    brightBlue: '#0a5584',
    brightMagenta: '#7d2f5f',
    brightCyan: '#0a6564',
    brightWhite: '#3a4350',
  },
};

const SCROLLBACK_LINES = 10_000;
/** Operating-system commands of a program that are swallowed: titles, links, clipboard. */
const MUTED_OSC = [0, 1, 2, 8, 9, 52, 777];

export interface TerminalBox {
  terminal: Terminal;
  fit: FitAddon;
}

export function makeTerminal(element: HTMLElement, theme: Theme): TerminalBox {
  const terminal = new Terminal({
    theme: THEMES[theme],
    fontFamily: "'JetBrains Mono Variable', ui-monospace, monospace",
    fontSize: 12,
    lineHeight: 1.25,
    scrollback: SCROLLBACK_LINES,
    cursorBlink: false,
    allowProposedApi: false,
    // Even if a link came to be, following it does nothing.
    linkHandler: { activate: () => undefined },
  });
  for (const code of MUTED_OSC) terminal.parser.registerOscHandler(code, () => true);
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.open(element);
  return { terminal, fit };
}

export function setTerminalTheme(terminal: Terminal, theme: Theme): void {
  terminal.options.theme = THEMES[theme];
}

/** Without a program behind it there is nothing to type to, and no cursor. */
export function setInteractive(terminal: Terminal, interactive: boolean): void {
  terminal.options.disableStdin = !interactive;
  terminal.options.cursorInactiveStyle = interactive ? 'outline' : 'none';
}
