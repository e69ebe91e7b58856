/**
 * Electron's security checklist (electronjs.org/docs/latest/tutorial/security), held against what our main process really asks Electron for: the
 * modules of this folder run on a stand-in for Electron that only remembers and hands back. In Electron itself: e2e/electron, where its binary is there.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Contract } from '../shared/contract/calls.ts';
import { CHANNEL } from '../shared/contract/bridge.ts';
import { decodeMessage, encodeRequest } from '../shared/contract/messages.ts';
import { PAGE_FOLDER } from '../engine/paths.ts';
import { guardEverything } from './guards.ts';
import { serveContract } from './ipc.ts';
import { filesOfArgv, parseHandover } from './openRequest.ts';
import { PAGE_URL } from './page.ts';
import { declareScheme, servePage } from './protocol.ts';
import { makeWindow } from './window.ts';

type Handler = (...args: never[]) => unknown;
const electron = vi.hoisted(() => ({
  windows: [] as { webPreferences: Record<string, unknown> }[],
  loaded: [] as string[],
  handlers: new Map<string, Handler>(),
  schemes: [] as { scheme: string; privileges: Record<string, unknown> }[],
}));

vi.mock('electron', () => {
  const keep = (key: string) => (handler: Handler) => void electron.handlers.set(key, handler);
  const on = (of: string) => (name: string, handler: Handler) => void electron.handlers.set(`${of}:${name}`, handler);
  class BrowserWindow {
    webContents = { on: on('contents'), setWindowOpenHandler: keep('contents:open') };
    constructor(options: (typeof electron.windows)[number]) {
      electron.windows.push(options);
    }
    once = on('window');
    on = on('window');
    maximize = () => undefined;
    loadURL = (url: string) => void electron.loaded.push(url);
  }
  return {
    BrowserWindow,
    app: { on: on('app'), getPath: () => '/nowhere' },
    nativeTheme: { shouldUseDarkColors: true },
    screen: { getAllDisplays: () => [] },
    ipcMain: { handle: (name: string, handler: Handler) => void electron.handlers.set(`ipc:${name}`, handler) },
    protocol: {
      registerSchemesAsPrivileged: (all: typeof electron.schemes) => electron.schemes.push(...all),
      handle: (scheme: string, handler: Handler) => void electron.handlers.set(`scheme:${scheme}`, handler),
    },
    session: {
      defaultSession: {
        setPermissionRequestHandler: keep('session:request'),
        setPermissionCheckHandler: keep('session:check'),
        setDevicePermissionHandler: keep('session:device'),
        on: on('session'),
      },
    },
  };
});

const handler = <T extends unknown[], R>(key: string): ((...args: T) => R) => {
  const found = electron.handlers.get(key);
  if (found === undefined) throw new Error(`nobody handles ${key}`);
  return found as unknown as (...args: T) => R;
};
const ELSEWHERE = [
  ...[
    'https://evil.test/',
    'http://127.0.0.1:1/',
    'file:///etc/passwd',
    'data:text/html,x',
    'javascript:alert(1)',
    'about:blank',
    '',
  ],
  ...[
    'app://evil/index.html',
    'app://gilscope.evil/index.html',
    'app://gilscope@evil/',
    'blob:https://evil.test/1',
    'APPX://gilscope/',
  ],
];

/** Whether the event that Electron would give to that handler was stopped. */
function stopped(key: string, event: Record<string, unknown>): boolean {
  const preventDefault = vi.fn();
  handler<[unknown, unknown], unknown>(key)({ ...event, preventDefault }, event);
  return preventDefault.mock.calls.length > 0;
}

const calls: string[] = [];
const engine: Contract = {
  call: (name) => {
    calls.push(name);
    return Promise.resolve([] as never);
  },
  subscribe: () => () => undefined,
};

beforeAll(() => {
  declareScheme();
  servePage(PAGE_FOLDER);
  guardEverything(null);
  serveContract(engine, () => [], null);
  makeWindow(null);
  handler<[unknown, unknown], unknown>('app:web-contents-created')(
    {},
    {
      on: (name: string, each: Handler) => void electron.handlers.set(`contents:${name}`, each),
      setWindowOpenHandler: (each: Handler) => void electron.handlers.set('contents:open', each),
    },
  );
});
beforeEach(() => void calls.splice(0));

describe('the window', () => {
  it('is isolated, sandboxed and without Node, and switches no protection off (2, 3, 4, 6, 8, 9, 10, 11)', () => {
    expect(electron.windows).toHaveLength(1);
    const { webPreferences } = electron.windows[0];
    expect(webPreferences).toMatchObject({
      ...{ contextIsolation: true, sandbox: true, nodeIntegration: false, nodeIntegrationInWorker: false },
      ...{ webSecurity: true, webviewTag: false, navigateOnDragDrop: false },
    });
    for (const name of [
      'allowRunningInsecureContent',
      'experimentalFeatures',
      'enableBlinkFeatures',
      'nodeIntegrationInSubFrames',
    ])
      expect(webPreferences).not.toHaveProperty(name);
  });

  it('loads our own page alone, and not as a file (1, 18)', () => {
    expect(electron.loaded).toEqual([PAGE_URL]);
    expect(PAGE_URL).toMatch(/^app:\/\/gilscope\//);
    expect(electron.schemes.map(({ scheme }) => scheme)).toEqual(['app']);
    for (const name of ['bypassCSP', 'allowServiceWorkers', 'corsEnabled'])
      expect(electron.schemes[0].privileges).not.toHaveProperty(name);
  });

  it('goes nowhere else, opens nothing, embeds nothing (12, 13, 14)', () => {
    for (const url of ELSEWHERE) {
      expect([url, stopped('contents:will-frame-navigate', { url, isMainFrame: true })]).toEqual([url, true]);
      expect(handler<[unknown], unknown>('contents:open')({ url })).toEqual({ action: 'deny' });
    }
    expect(stopped('contents:will-frame-navigate', { url: PAGE_URL, isMainFrame: false })).toBe(true);
    expect(stopped('contents:will-frame-navigate', { url: PAGE_URL, isMainFrame: true })).toBe(false);
    expect(stopped('contents:will-redirect', { url: PAGE_URL })).toBe(true);
    expect(stopped('contents:will-attach-webview', {})).toBe(true);
  });

  it('is granted nothing but writing to the clipboard (5)', () => {
    const own = { getURL: () => PAGE_URL };
    const asked = (permission: string, contents: unknown): [unknown, unknown] => {
      let granted: unknown;
      handler<[unknown, string, (grant: boolean) => void], unknown>('session:request')(
        contents,
        permission,
        (grant) => (granted = grant),
      );
      return [granted, handler<[unknown, string], unknown>('session:check')(contents, permission)];
    };
    const all =
      'media geolocation notifications midi midiSysex pointerLock fullscreen openExternal clipboard-read display-capture hid serial usb unknown';
    for (const permission of [...all.split(' '), 'window-management', 'storage-access', 'fileSystem'])
      expect([permission, ...asked(permission, own)]).toEqual([permission, false, false]);
    expect(asked('clipboard-sanitized-write', own)).toEqual([true, true]);
    for (const url of ELSEWHERE)
      expect(asked('clipboard-sanitized-write', { getURL: () => url })).toEqual([false, false]);
    expect(handler<[], unknown>('session:device')()).toBe(false);
  });

  it('downloads what it made itself, and nothing from anywhere', () => {
    const download = (url: string): boolean => {
      const preventDefault = vi.fn();
      handler<[unknown, unknown], unknown>('session:will-download')({ preventDefault }, { getURL: () => url });
      return preventDefault.mock.calls.length === 0;
    };
    for (const url of ELSEWHERE) expect([url, download(url)]).toEqual([url, false]);
    expect(download(`blob:${PAGE_URL}`)).toBe(true);
  });
});

describe('the page', () => {
  const get = (url: string, method = 'GET') => handler<[unknown], Promise<Response>>('scheme:app')({ url, method });

  it('is served with a policy that lets it call nobody and run nothing but itself (7)', async () => {
    for (const response of [await get(PAGE_URL), await get('app://gilscope/nope')]) {
      const policy = response.headers.get('Content-Security-Policy') ?? '';
      for (const part of [
        "default-src 'none'",
        "script-src 'self';",
        "connect-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
      ])
        expect(policy).toContain(part);
      expect(policy).not.toMatch(/script-src[^;]*unsafe|https?:|\*/);
      expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
    }
  });

  it('is all there is under its scheme', async () => {
    for (const url of [
      'app://evil/index.html',
      'app://gilscope/..%2f..%2fpackage.json',
      'app://gilscope/%2e%2e/package.json',
      'app://gilscope//etc/passwd',
      'app://gilscope/.git/config',
    ])
      expect([url, (await get(url)).status]).toEqual([url, 404]);
    expect((await get(PAGE_URL, 'POST')).status).toBe(405);
  });
});

describe('messages', () => {
  const send = (frame: unknown, packet: unknown) =>
    handler<[unknown, unknown], Promise<Uint8Array>>(`ipc:${CHANNEL.request}`)({ senderFrame: frame }, packet);
  const own = { url: PAGE_URL, parent: null };
  const request = encodeRequest({ id: 1, name: 'session.list', args: {} });

  it('are heard from our page in the top frame only (17)', async () => {
    for (const frame of [null, { url: PAGE_URL, parent: own }, ...ELSEWHERE.map((url) => ({ url, parent: null }))])
      await expect(send(frame, request)).rejects.toThrow(/not from the window/);
    expect(calls).toEqual([]);
    expect(decodeMessage(await send(own, request))).toMatchObject({ id: 1, ok: true });
    expect(calls).toEqual(['session.list']);
  });

  it('are parsed, whoever sent them', async () => {
    for (const packet of ['x', null, {}, [1], new Uint8Array(3), new Uint8Array(9 << 20)])
      await expect(send(own, packet)).rejects.toThrow();
    const unknown = encodeRequest({ id: 2, name: 'session.teleport', args: {} });
    expect(decodeMessage(await send(own, unknown))).toMatchObject({ id: 2, ok: false });
    expect(calls).toEqual([]);
  });

  it('from a second instance, and its command line, name files and nothing else (deep links: there are none)', () => {
    for (const data of [
      null,
      'x',
      { files: 'a' },
      { files: ['relative'] },
      { files: [1] },
      { files: Array(99).fill('/a') },
    ])
      expect(parseHandover(data)).toEqual({ files: [] });
    const argv = ['gilscope', '--inspect=0', '--load-extension=/x', 'gilscope://run?cmd=rm', '--', '/a.gilscope'];
    expect(filesOfArgv(argv, true, '/w')).toEqual(['/w/gilscope:/run?cmd=rm', '/a.gilscope']);
  });
});

describe('the sources', () => {
  const text = (folder: string): string =>
    readdirSync(join(import.meta.dirname, '..', folder))
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map((name) => readFileSync(join(import.meta.dirname, '..', folder, name), 'utf8'))
      .join('\n');

  it('open nothing outside, switch nothing off, register no scheme with the system (15)', () => {
    expect(text('main')).not.toMatch(
      /\bshell\b.*from 'electron'|openExternal|setAsDefaultProtocolClient|appendSwitch|remote-debugging|executeJavaScript/,
    );
    expect(text('main')).toContain('app.enableSandbox()');
  });

  it('give the page three functions, and never a door to all channels (20)', () => {
    const preload = text('preload');
    expect(preload.match(/exposeInMainWorld/g)).toHaveLength(1);
    expect(preload).toContain("contextBridge.exposeInMainWorld('gilscope', bridge)");
    const bridge = /const bridge: GilscopeBridge = \{([\s\S]*?)\n\};/.exec(preload)?.[1] ?? '';
    expect([...bridge.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name)).toEqual(['send', 'onPush', 'onCommand']);
    expect(bridge.match(/CHANNEL\.\w+/g)).toEqual(['CHANNEL.request', 'CHANNEL.push', 'CHANNEL.command']);
  });
});
