/** The pipe of the Electron shell: `window.gilscope`, put there by src/preload. */
import type { GilscopeBridge } from '../../shared/contract/bridge.ts';
import type { Pipe, PipeEvents } from './pipe.ts';

declare global {
  interface Window {
    readonly gilscope?: GilscopeBridge;
  }
}

export function openBridgePipe(bridge: GilscopeBridge, events: PipeEvents): Pipe {
  const stop = bridge.onPush(events.onPacket);
  queueMicrotask(() => events.onStatus('open'));
  return {
    send: (packet, refused) => {
      bridge.send(packet).then(events.onPacket, refused);
    },
    retryNow: () => undefined,
    close: stop,
  };
}
