/**
 * Electron's side of the contract: answers the preload's requests and sends the engine's pushes, as packets. Every request's
 * sender is checked. The only file that names `ipcMain`. Called by index.ts.
 */
import { type BrowserWindow, ipcMain } from 'electron';
import { CHANNEL, type ShellCommand } from '../shared/contract/bridge.ts';
import type { Contract } from '../shared/contract/calls.ts';
import { decodeRequest, encodeMessage } from '../shared/contract/messages.ts';
import { answer } from '../engine/answer.ts';
import { isTrustedSender } from './page.ts';

export function serveContract(engine: Contract, windows: () => BrowserWindow[], devServer: string | null): void {
  ipcMain.handle(CHANNEL.request, async (event, packet: unknown) => {
    if (!isTrustedSender(event.senderFrame, devServer)) throw new Error('refused: not from the window of gilscope');
    if (!(packet instanceof Uint8Array)) throw new TypeError('refused: a request is a Uint8Array');
    return encodeMessage(await answer(engine, decodeRequest(packet)));
  });
  engine.subscribe((name, body) => {
    const packet = encodeMessage({ push: name, body });
    for (const window of windows()) send(window, CHANNEL.push, packet);
  });
}

export function sendCommand(window: BrowserWindow, command: ShellCommand): void {
  const contents = window.webContents;
  // A page that is still loading does not listen yet.
  if (contents.isLoading()) contents.once('did-finish-load', () => send(window, CHANNEL.command, command));
  else send(window, CHANNEL.command, command);
}

function send(window: BrowserWindow, channel: string, value: unknown): void {
  // A window that has closed, or whose page has crashed, has nobody to tell.
  if (!window.isDestroyed() && !window.webContents.isCrashed()) window.webContents.send(channel, value);
}
