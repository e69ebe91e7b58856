/** The other side of bench/programs/server.py: a fixed number of requests over a few connections, each answer checked. */
import { existsSync, readFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const CONNECTIONS = 4;

function ask(agent: Agent, port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ agent, port, path, host: '127.0.0.1' }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => (text += part));
      answer.on('end', () => resolve(text));
      answer.on('error', reject);
    }).on('error', reject);
  });
}

/** Throws when an answer is another one than `expected`. Ends the server's measuring, and the server. */
export async function serverLoad(
  path: string,
  requests: number,
  expected: (number: number) => string,
  signal: AbortSignal,
): Promise<void> {
  while (!existsSync(path)) await pause(2, undefined, { signal });
  const port = Number(readFileSync(path, 'utf8'));
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  try {
    await ask(agent, port, '/start');
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < requests && !signal.aborted) {
        const number = next++;
        const text = await ask(agent, port, `/${number}`);
        if (text !== expected(number)) throw new Error(`request ${number} was answered ${JSON.stringify(text)}`);
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, lane));
    await ask(agent, port, '/stop');
  } finally {
    agent.destroy();
  }
}
