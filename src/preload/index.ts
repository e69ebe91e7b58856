/**
 * Runs in Electron's sandbox before the page, bundled to CommonJS, and hands the page three named functions
 * (`GilscopeBridge`); never `ipcRenderer` itself, never a channel name. The bridge copies all that crosses it.
 */
import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron';
import { CHANNEL, type GilscopeBridge, type ShellCommand } from '../shared/contract/bridge.ts';

/** Subscribes the page to one channel without giving it the event, whose `sender` is a door to all channels. */
function listen<T>(channel: string, listener: (value: T) => void): () => void {
  const heard = (_event: IpcRendererEvent, value: T) => listener(value);
  ipcRenderer.on(channel, heard);
  return () => {
    ipcRenderer.removeListener(channel, heard);
  };
}

const bridge: GilscopeBridge = {
  send: (packet) => ipcRenderer.invoke(CHANNEL.request, packet) as Promise<Uint8Array>,
  onPush: (listener) => listen<Uint8Array>(CHANNEL.push, listener),
  onCommand: (listener) => listen<ShellCommand>(CHANNEL.command, listener),
};

contextBridge.exposeInMainWorld('gilscope', bridge);
