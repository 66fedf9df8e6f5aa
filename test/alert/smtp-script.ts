import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** What a scripted server says to a command that begins with these letters; undefined: nothing, ever. `END`: hangs up. */
export type SmtpScript = Readonly<Record<string, string | undefined>>;

export interface ScriptedServer {
  readonly port: number;
  /** Commands, and whole messages as `DATA …`. */
  readonly heard: readonly string[];
  stop(): void;
}

const POLITE: SmtpScript = {
  HELLO: '220 mail.example.net',
  EHLO: '250 mail.example.net',
  MAIL: '250 ok',
  RCPT: '250 ok',
  DATA: '354 go on',
  '.': '250 taken',
  QUIT: '221 bye',
};

/** Speaks SMTP by a script, so that it can be wrong in ways in which a real server is not on request. */
export async function scriptedServer(script: SmtpScript | (() => SmtpScript)): Promise<ScriptedServer> {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    const said = { ...POLITE, ...(typeof script === 'function' ? script() : script) };
    const say = (key: string): void => {
      const words = said[key];
      if (words === 'END') socket.destroy();
      else if (words !== undefined) socket.write(`${words}\r\n`);
    };
    let [rest, message]: [string, string | undefined] = ['', undefined];
    say('HELLO');
    socket.on('data', (chunk) => {
      const lines = `${rest}${chunk.toString()}`.split('\r\n');
      rest = lines.pop()!;
      for (const line of lines) {
        if (message !== undefined && line !== '.') message += `${line}\n`;
        else if (message !== undefined) {
          heard.push(`DATA ${message}`);
          message = undefined;
          say('.');
        } else {
          heard.push(line);
          const exact = Object.keys(said).find((key) => line === key);
          say(exact ?? line.slice(0, 4).trim());
          if (line === 'DATA' && said['DATA']?.startsWith('354') === true) message = '';
        }
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    heard,
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
